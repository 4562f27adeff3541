"""What governing bodies decide about versions of documents, and where each version is in effect."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from hmislead.audit.tracking import tracked
from hmislead.documents import querysets
from hmislead.documents.models.document import DocumentVersion
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from hmislead.tenancy.life_cycle import LifeCycle


@tracked
class Decision(TenantModel):
    """One motion of a governing body in one meeting, about one or several versions (POL-15, GOV-02)."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Approved"
        CONDITIONS = "conditions", "Approved with conditions"
        REJECTED = "rejected", "Rejected"

    number = models.CharField(max_length=12)
    body = TenantForeignKey("directory.GoverningBody", related_name="decisions")
    met_on = models.DateField("meeting date")
    agenda_item = models.CharField(max_length=200, blank=True)
    motion = models.TextField()
    mover = TenantForeignKey("directory.BodyMember", null=True, blank=True, related_name="+")
    seconder = TenantForeignKey("directory.BodyMember", null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    minutes = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True, help_text="It was recorded wrong and stands no more.")
    withdrawn_because = models.CharField(max_length=500, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = querysets.DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-met_on", "-pk")
        constraints = (models.UniqueConstraint(fields=["implementation", "number"], name="decision_number_once"),)

    def __str__(self) -> str:
        return f"{self.number}, {self.body}"

    @property
    def state(self) -> str:
        """What is shown of it: its outcome, or that it was withdrawn."""
        return "withdrawn" if self.withdrawn_on else self.outcome


@tracked
class ApprovalItem(TenantModel):
    """A version that a decision is about: one decision may cover a bundle."""

    decision = TenantForeignKey(Decision, on_delete=models.CASCADE, related_name="items")
    version = TenantForeignKey(DocumentVersion, related_name="approval_items")
    reaffirmed = models.BooleanField(default=False, help_text="In effect already; confirmed without change.")

    objects = querysets.ByDecisionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["implementation", "decision", "version"], name="approval_item_once"),
        )

    def __str__(self) -> str:
        return str(self.version)


@tracked
class DecisionVote(TenantModel):
    """How one member voted, or that they stepped back from the vote."""

    class Vote(models.TextChoices):
        YES = "yes", "For"
        NO = "no", "Against"
        ABSTAIN = "abstain", "Abstained"
        RECUSED = "recused", "Recused"

    decision = TenantForeignKey(Decision, on_delete=models.CASCADE, related_name="votes")
    member = TenantForeignKey("directory.BodyMember", related_name="+")
    vote = models.CharField(max_length=8, choices=Vote.choices)
    reason = models.CharField(max_length=200, blank=True, help_text="Why somebody stepped back.")

    objects = querysets.ByDecisionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["implementation", "decision", "member"], name="vote_once"),)

    def __str__(self) -> str:
        return self.get_vote_display()


@tracked
class VersionEffect(LifeCycle, TenantModel):
    """A version in one CoC: asked for, decided, in effect from a day until another takes its place."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Approval asked for"
        APPROVED = "approved", "Approved"
        CONDITIONS = "conditions", "Approved with conditions"
        REJECTED = "rejected", "Rejected"
        EFFECTIVE = "effective", "In effect"
        SUPERSEDED = "superseded", "Superseded"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "requested": {"approved", "conditions", "rejected"},
        "approved": {"effective", "requested"},
        "conditions": {"approved", "rejected", "requested"},
        "rejected": {"requested"},
        "effective": {"superseded"},
        "superseded": set(),
    }

    version = TenantForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="effects")
    coc = TenantForeignKey("directory.CoC", related_name="version_effects")
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_on = models.DateField()
    decision = TenantForeignKey(Decision, null=True, blank=True, related_name="effects")
    approved_on = models.DateField(null=True, blank=True)
    effective_from = models.DateField(null=True, blank=True)
    effective_until = models.DateField(null=True, blank=True, help_text="The last day.")
    reviewed_on = models.DateField(null=True, blank=True, help_text="The latest approval or reaffirmation.")

    objects = querysets.EffectQuerySet.as_manager()

    class Meta:
        ordering = ("coc", "-requested_on")
        constraints = (
            models.UniqueConstraint(fields=["implementation", "version", "coc"], name="effect_once_per_coc"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["effective", "superseded"]) | models.Q(effective_from__isnull=False),
                name="effect_in_force_has_its_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.version} in {self.coc.number}"


@tracked
class Condition(TenantModel):
    """What a body asked for before an approved version may take effect. An open one holds it back."""

    effect = TenantForeignKey(VersionEffect, on_delete=models.CASCADE, related_name="conditions")
    text = models.CharField(max_length=500)
    cleared_on = models.DateField(null=True, blank=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    how = models.CharField("how it was met", max_length=500, blank=True)

    objects = querysets.ConditionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text
