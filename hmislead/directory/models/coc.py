"""Continuums of Care, the bodies that govern them, and whom they designate."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.directory import approvable, querysets
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


@tracked
class CoC(TenantModel):
    """A Continuum of Care this implementation serves."""

    number = models.CharField(
        "CoC number",
        max_length=6,
        validators=[RegexValidator(r"^[A-Z]{2}-[0-9]{3}$", "Write the HUD number as OH-504.")],
    )
    name = models.CharField(max_length=150)
    website = models.URLField(blank=True)

    objects = querysets.CoCQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["implementation", "number"], name="coc_number_once"),)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("directory:coc-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


@tracked
class GoverningBody(TenantModel):
    """A CoC's board or committee: what it may approve and how many of its members make a quorum."""

    coc = TenantForeignKey(CoC, on_delete=models.CASCADE, related_name="bodies")
    name = models.CharField(max_length=150)
    quorum = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Members who must be present.")
    may_approve = models.CharField(
        "may approve", max_length=300, blank=True, help_text="In words, as the charter says it."
    )
    approves = ArrayField(
        models.CharField(max_length=24), default=list, blank=True, help_text="Codes of the types of document."
    )
    delegation = models.CharField(max_length=300, blank=True, help_text="Who gave it this power, and when.")

    objects = querysets.ByCoCQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "governing bodies"

    def __str__(self) -> str:
        return self.name

    @property
    def approves_in_words(self) -> str:
        return approvable.words(self.approves)


@tracked
class BodyMember(TenantModel):
    """A seat in a governing body, from a day until a day."""

    body = TenantForeignKey(GoverningBody, on_delete=models.CASCADE, related_name="members")
    person = TenantForeignKey("directory.Person", related_name="seats")
    position = models.CharField(max_length=100, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = querysets.ByBodyQuerySet.as_manager()

    class Meta:
        ordering = ("starts_on",)

    def __str__(self) -> str:
        return f"{self.person} in {self.body}"


@tracked
class Designation(TenantModel):
    """A CoC's decision that names its HMIS Lead or its HMIS software (INTRO-01, INTRO-04; 24 CFR 578.7(b)(1)-(2))."""

    class Kind(models.TextChoices):
        LEAD = "lead", "HMIS Lead"
        SOFTWARE = "software", "HMIS software"

    coc = TenantForeignKey(CoC, on_delete=models.CASCADE, related_name="designations")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    organization = TenantForeignKey(
        "directory.Organization", related_name="designations", help_text="The HMIS Lead, or the vendor of the software."
    )
    software = models.CharField(max_length=100, blank=True, help_text="The product's name, for a software designation.")
    body = TenantForeignKey(GoverningBody, null=True, blank=True, related_name="designations")
    decided_on = models.DateField("meeting date")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    minutes = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")

    objects = querysets.ByCoCQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "coc", "kind"],
                condition=models.Q(ends_on=None),
                name="designation_one_active",
                violation_error_message="This CoC has an active designation of that kind. End it first.",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="designation_ends_after_it_starts",
                violation_error_message="A designation cannot end before it starts.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.coc.number}"
