"""What a breach leads to, as data: classes of violations, and for each offense of a class its sanctions (POL-35)."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from policies.cases import querysets


class SanctionKind(models.TextChoices):
    """The kinds of GOV-20; training, licenses and privileges in their two degrees."""

    FINANCIAL = "financial", "Financial penalty"
    TRAINING = "training_standard", "Standard training"
    SPECIAL_TRAINING = "training_special", "Special training"
    LICENSE_SUSPENSION = "license_suspension", "License suspended"
    LICENSE_REVOCATION = "license_revocation", "License revoked"
    PRIVILEGE_SUSPENSION = "privilege_suspension", "System privileges suspended"
    PRIVILEGE_REVOCATION = "privilege_revocation", "System privileges revoked"
    PROSECUTION = "prosecution", "Referral for prosecution"


class Approval(models.TextChoices):
    NONE = "none", "Nobody else"
    ADMINISTRATOR = "administrator", "A Lead administrator"
    BODY = "body", "The CoC's governing body"


@tracked
class ViolationClass(TenantModel):
    """How serious a violation is: minor, major, severe, or as the Lead names it."""

    name = models.CharField(max_length=60)
    rank = models.PositiveSmallIntegerField("how serious", default=1, help_text="A higher number is more serious.")
    description = models.CharField("what belongs to it", max_length=500, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    objects = querysets.LadderQuerySet.as_manager()

    class Meta:
        ordering = ("rank", Lower("name"))
        verbose_name_plural = "violation classes"
        constraints = (
            models.UniqueConstraint(
                "implementation",
                Lower("name"),
                name="violation_class_name_once",
                violation_error_message="There is a class of this name already.",
            ),
        )

    def __str__(self) -> str:
        return self.name


@tracked
class LadderStep(TenantModel):
    """One sanction for one offense of a class, while it holds. The highest offense stands for all that follow."""

    violation_class = TenantForeignKey(ViolationClass, on_delete=models.CASCADE, related_name="steps")
    offense = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)], help_text="1 is the first offense.")
    kind = models.CharField("sanction", max_length=25, choices=SanctionKind.choices)
    length_days = models.PositiveSmallIntegerField(
        "days it lasts", null=True, blank=True, help_text="Empty: until it is lifted, or for good."
    )
    notice_days = models.PositiveSmallIntegerField(
        "days between notice and start", default=0, help_text="0: from the day of the notice."
    )
    approval = models.CharField("also approved by", max_length=15, choices=Approval.choices, default=Approval.NONE)
    starts_on = models.DateField("holds from")
    ends_on = models.DateField("last day", null=True, blank=True)

    objects = querysets.StepQuerySet.as_manager()

    class Meta:
        ordering = ("offense", "kind", "starts_on")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "violation_class", "offense", "kind", "starts_on"],
                name="ladder_step_once",
                violation_error_message="This sanction stands on this step from that day already.",
            ),
            models.CheckConstraint(condition=models.Q(offense__gte=1), name="ladder_step_offense_from_1"),
        )

    def __str__(self) -> str:
        return f"{self.violation_class}, offense {self.offense}: {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("cases:step-edit", kwargs={"slug": context.current().slug, "pk": self.pk})
