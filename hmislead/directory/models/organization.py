"""Organizations: what they are (a set of roles), who speaks and who signs for them, where they take part."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.directory import querysets
from hmislead.directory.models.coc import CoC
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


@tracked
class Organization(TenantModel):
    """Any agency. `is_vsp` is HUD's 2.01.3: a victim service provider must not enter its clients in the HMIS."""

    name = models.CharField(max_length=200)
    common_name = models.CharField("also known as", max_length=200, blank=True)
    is_vsp = models.BooleanField("victim service provider", default=False)
    is_access_only = models.BooleanField(
        "access only", default=False, help_text="Uses the HMIS without a project of its own."
    )
    phone = models.CharField(max_length=30, blank=True)
    website = models.URLField(blank=True)
    closed_on = models.DateField(null=True, blank=True)
    merged_into = TenantForeignKey("self", null=True, blank=True, related_name="merged_from")

    objects = querysets.OrganizationQuerySet.as_manager()

    class Meta:
        ordering = (Lower("name"), "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("directory:organization-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


@tracked
class OrganizationRole(TenantModel):
    """What an organization is, from a day until a day."""

    class Role(models.TextChoices):
        HMIS_LEAD = "hmis_lead", "HMIS Lead"
        CHO = "cho", "Covered Homeless Organization"
        VSP = "vsp", "Victim service provider"
        HIPAA = "hipaa", "HIPAA-covered entity"
        VENDOR = "vendor", "Vendor"
        COLLABORATIVE_APPLICANT = "collaborative_applicant", "Collaborative applicant"
        FUNDER = "funder", "Funder"
        PARTNER = "partner", "Partner"

    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=30, choices=Role.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = querysets.ByOrganizationQuerySet.as_manager()

    class Meta:
        ordering = ("role",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "organization", "role"],
                condition=models.Q(ends_on=None),
                name="organization_role_once",
                violation_error_message="The organization has this role already.",
            ),
        )

    def __str__(self) -> str:
        return self.get_role_display()


@tracked
class Contact(TenantModel):
    """The person an agency names for a function, re-affirmed every year."""

    class Function(models.TextChoices):
        EXECUTIVE_DIRECTOR = "executive_director", "Executive director"
        AGENCY_LEAD = "agency_lead", "Agency lead"
        SECURITY_OFFICER = "security_officer", "Security officer"
        DATA_CONTACT = "data_contact", "Data contact"

    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="contacts")
    person = TenantForeignKey("directory.Person", related_name="contact_functions")
    function = models.CharField(max_length=20, choices=Function.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    affirmed_on = models.DateField(help_text="When the agency last said that this is still right.")

    objects = querysets.ByOrganizationQuerySet.as_manager()

    class Meta:
        ordering = ("function", "starts_on")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "organization", "function", "person"],
                condition=models.Q(ends_on=None),
                name="contact_once_per_function",
                violation_error_message="This person is already named for that function.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_function_display()}: {self.person}"


@tracked
class Signatory(TenantModel):
    """The person whose recorded title and basis lets them bind an organization or a CoC."""

    organization = TenantForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="signatories"
    )
    coc = TenantForeignKey(CoC, on_delete=models.CASCADE, null=True, blank=True, related_name="signatories")
    person = TenantForeignKey("directory.Person", related_name="signing_powers")
    title = models.CharField(max_length=100)
    basis = models.CharField(
        max_length=200, help_text="What gives the power: by-laws, a board resolution with its date, …"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = querysets.SignatoryQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on",)
        verbose_name_plural = "signatories"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(organization=None) ^ models.Q(coc=None),
                name="signatory_for_one",
                violation_error_message="A signatory signs for one organization or for one CoC.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}, {self.title}"


@tracked
class Participation(TenantModel):
    """That an organization takes part in a CoC: seen in its projects (ProjectCoC) or recorded by hand."""

    class Source(models.TextChoices):
        HAND = "hand", "By hand"
        IMPORT = "import", "From an HMIS export"

    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="participations")
    coc = TenantForeignKey(CoC, on_delete=models.CASCADE, related_name="participations")
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.HAND)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = querysets.ByOrganizationQuerySet.as_manager()

    class Meta:
        ordering = ("starts_on",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "organization", "coc"],
                condition=models.Q(ends_on=None),
                name="participation_once",
                violation_error_message="The organization takes part in this CoC already.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization} in {self.coc.number}"


@tracked
class ComparableDatabaseAttestation(TenantModel):
    """A victim service provider's statement that its comparable database meets the standards (GOV-31..36)."""

    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="database_attestations")
    product = models.CharField(max_length=100)
    attested_on = models.DateField()
    attested_by = TenantForeignKey("directory.Person", null=True, blank=True, related_name="+")
    statement = models.TextField(blank=True)
    file = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")

    objects = querysets.ByOrganizationQuerySet.as_manager()

    class Meta:
        ordering = ("-attested_on",)

    def __str__(self) -> str:
        return f"{self.product}, {self.attested_on}"
