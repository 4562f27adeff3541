"""Agreements: who is bound by what, from when until when, and the paper that shows it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from agreements import querysets
from hmislead.audit.tracking import tracked
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


@tracked
class Agreement(TenantModel):
    """One agreement (GOV-05..07, MGT-37..42). `effective_on` to `ends_on` is agreed; termination cuts it short."""

    class Type(models.TextChoices):
        COC_LEAD = "coc_lead", "CoC-Lead agreement"
        PARTICIPATION = "participation", "Participation agreement"
        END_USER = "end_user", "End-user agreement"
        VENDOR = "vendor", "Vendor contract"
        CONSULTANT = "consultant", "Consultant contract"
        BUSINESS_ASSOCIATE = "business_associate", "Business associate agreement"
        DATA_USE = "data_use", "Data use agreement"
        DATA_SHARING = "data_sharing", "Data sharing agreement"
        PII_ACCESS = "pii_access", "PII access agreement"
        INTEGRATION = "integration", "Data integration agreement"

    class Term(models.TextChoices):
        OPEN = "open", "Until further notice"
        FIXED = "fixed", "Until a fixed day"
        YEARLY = "yearly", "One year, renewed every year"
        LICENSE = "license", "Until the license ends"

    type = models.CharField(max_length=24, choices=Type.choices)
    title = models.CharField(max_length=200, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    effective_on = models.DateField()
    ends_on = models.DateField("last day", null=True, blank=True, help_text="Empty: until further notice.")
    terminated_on = models.DateField(null=True, blank=True, help_text="The first day on which it binds no more.")
    termination_reason = models.CharField(max_length=300, blank=True)
    term = models.CharField(max_length=8, choices=Term.choices, default=Term.OPEN)
    notice_days = models.PositiveSmallIntegerField(
        "days of notice", null=True, blank=True, help_text="Between telling the other side and the end."
    )
    version = TenantForeignKey(
        "documents.DocumentVersion", null=True, blank=True, related_name="agreements", help_text="The template signed."
    )
    amends = TenantForeignKey("self", null=True, blank=True, related_name="amendments")
    renews = TenantForeignKey("self", null=True, blank=True, related_name="renewals")
    file = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    carried_over = models.BooleanField(default=False, help_text="Loaded as opening evidence.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = querysets.AgreementQuerySet.as_manager()

    class Meta:
        ordering = ("-effective_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("effective_on")),
                name="agreement_ends_after_it_begins",
                violation_error_message="An agreement cannot end before it takes effect.",
            ),
        )

    def __str__(self) -> str:
        return self.title or self.get_type_display()

    def get_absolute_url(self) -> str:
        return reverse("agreements:agreement-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


@tracked
class AgreementParty(TenantModel):
    """A party: a CoC, an organization, or a person in a role. An end user is a person at an organization."""

    class Role(models.TextChoices):
        COC = "coc", "CoC"
        LEAD = "lead", "HMIS Lead"
        CHO = "cho", "Agency"
        END_USER = "end_user", "End user"
        VENDOR = "vendor", "Vendor"
        OTHER = "other", "Other party"

    agreement = TenantForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=10, choices=Role.choices)
    coc = TenantForeignKey("directory.CoC", null=True, blank=True, related_name="agreement_parties")
    organization = TenantForeignKey("directory.Organization", null=True, blank=True, related_name="agreement_parties")
    person = TenantForeignKey("directory.Person", null=True, blank=True, related_name="agreement_parties")
    signed_by = models.CharField("signed by", max_length=150, blank=True, help_text="Name and title on the paper.")

    objects = querysets.PartyQuerySet.as_manager()

    class Meta:
        ordering = ("role",)
        verbose_name_plural = "agreement parties"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(coc__isnull=False)
                | models.Q(organization__isnull=False)
                | models.Q(person__isnull=False),
                name="agreement_party_is_somebody",
                violation_error_message="A party is a CoC, an organization or a person.",
            ),
        )

    def __str__(self) -> str:
        if self.person and self.organization:
            return f"{self.person} at {self.organization}"
        return str(self.person or self.organization or self.coc)
