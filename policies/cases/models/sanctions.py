"""Violations that were established, and the sanctions for them (GOV-20)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from policies.cases import querysets
from policies.cases.models.base import MovingCase
from policies.cases.models.ladder import Approval, SanctionKind, ViolationClass


@tracked
class Violation(TenantModel):
    """A breach by an agency, or by a person at an agency; `offense` is its place on the ladder when it was proposed."""

    violation_class = TenantForeignKey(ViolationClass, related_name="violations")
    organization = TenantForeignKey("directory.Organization", related_name="violations")
    person = TenantForeignKey("directory.Person", null=True, blank=True, related_name="violations")
    deviation = TenantForeignKey("policies.Deviation", null=True, blank=True, related_name="violations")
    happened_on = models.DateField("when it happened")
    summary = models.CharField("what was found", max_length=500)
    departed_login = models.BooleanField("a login was shared after somebody left", default=False)
    offense = models.PositiveSmallIntegerField(default=1)

    objects = querysets.ViolationQuerySet.as_manager()

    class Meta:
        ordering = ("-happened_on",)

    def __str__(self) -> str:
        return f"{self.violation_class}, offense {self.offense}"


@tracked
class Sanction(MovingCase):
    """One sanction, from proposal to its end. `began_on` and `over_on` are when it really acted; `held` while an appeal
    holds it back. `license` is the one it takes away; with neither license nor person it is about the whole agency."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        NOTIFIED = "notified", "Notified"
        IN_EFFECT = "in_effect", "In effect"
        APPEALED = "appealed", "Appealed"
        LIFTED = "lifted", "Lifted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "proposed": {"notified", "withdrawn"},
        "notified": {"in_effect", "appealed", "lifted"},
        "in_effect": {"appealed", "lifted"},
        "appealed": {"notified", "in_effect", "lifted"},
        "lifted": set(),
        "withdrawn": set(),
    }

    class Ruling(models.TextChoices):
        STANDS = "stands", "The sanction stands"
        SHORTENED = "shortened", "It ends earlier"
        OVERTURNED = "overturned", "It is overturned"

    violation = TenantForeignKey(Violation, related_name="sanctions")
    organization = TenantForeignKey("directory.Organization", related_name="sanctions")
    person = TenantForeignKey("directory.Person", null=True, blank=True, related_name="sanctions")
    license = TenantForeignKey("directory.License", null=True, blank=True, related_name="sanctions")
    kind = models.CharField("sanction", max_length=25, choices=SanctionKind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    terms = models.CharField("what exactly", max_length=500, blank=True)
    amount = models.DecimalField("amount in dollars", max_digits=10, decimal_places=2, null=True, blank=True)
    length_days = models.PositiveSmallIntegerField("days it lasts", null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField("days between notice and start", default=0)
    approval = models.CharField("also approved by", max_length=15, choices=Approval.choices, default=Approval.NONE)
    approved_on = models.DateField("approved", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approval_note = models.CharField("record of the approval", max_length=200, blank=True)
    notified_on = models.DateField("notice given", null=True, blank=True)
    starts_on = models.DateField("first day", null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)
    began_on = models.DateField("took effect", null=True, blank=True)
    over_on = models.DateField("no longer in effect from", null=True, blank=True)
    held = models.BooleanField("held back by an appeal", default=False)
    lifted_because = models.CharField("why it was lifted", max_length=300, blank=True)
    appeal_until = models.DateField("last day to appeal", null=True, blank=True)
    appealed_on = models.DateField("appealed", null=True, blank=True)
    appealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    appeal = models.TextField("why it is appealed", blank=True)
    ruling = models.CharField("decision on the appeal", max_length=10, choices=Ruling.choices, blank=True)
    ruled_on = models.DateField("appeal decided", null=True, blank=True)
    ruling_note = models.CharField("reasons of the decision", max_length=500, blank=True)

    objects = querysets.SanctionQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["implementation", "number"], name="sanction_number_once"),)
        indexes = (models.Index(fields=["implementation", "organization", "-number"], name="sanction_by_organization"),)

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display().lower()}"

    def get_absolute_url(self) -> str:
        return reverse("cases:sanction-detail", kwargs={"slug": context.current().slug, "pk": self.pk})

    @property
    def about(self) -> str:
        """Whom it is about, in words."""
        return f"{self.person} at {self.organization}" if self.person_id else str(self.organization)

    @property
    def takes_licenses(self) -> bool:
        return self.kind in {SanctionKind.LICENSE_SUSPENSION, SanctionKind.LICENSE_REVOCATION}

    @property
    def needs_approval(self) -> bool:
        return self.approval != Approval.NONE and self.approved_on is None
