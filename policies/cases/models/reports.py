"""Reports that a policy was not kept (GOV-29), and grievances (POL-33). Neither ever names a client."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.tenancy import context
from hmislead.tenancy.fields import TenantForeignKey
from policies.cases import querysets
from policies.cases.models.base import SentCase


@tracked
class Deviation(SentCase):
    """Somebody says that a policy was not kept."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        REVIEWED = "reviewed", "Reviewed"
        ACTION = "action", "Action taken"
        CLOSED = "closed", "Closed"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "received": {"reviewed"},
        "reviewed": {"action", "closed"},
        "action": {"closed"},
        "closed": set(),
    }

    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    document = TenantForeignKey("documents.Document", null=True, blank=True, related_name="deviations")
    organization = TenantForeignKey("directory.Organization", null=True, blank=True, related_name="deviations")
    happened_on = models.DateField("when it happened", null=True, blank=True)
    review_by = models.DateField("to be reviewed by")
    reviewed_on = models.DateField("reviewed", null=True, blank=True)
    violation_class = TenantForeignKey("policies.ViolationClass", null=True, blank=True, related_name="deviations")
    answer = models.TextField("answer to who reported it", blank=True)

    objects = querysets.ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-received_on", "-number")
        constraints = (models.UniqueConstraint(fields=["implementation", "number"], name="deviation_number_once"),)

    def get_absolute_url(self) -> str:
        return reverse("cases:deviation-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


@tracked
class Grievance(SentCase):
    """A complaint about the HMIS or how it is run, with its steps and clocks. It holds no client record."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        IN_REVIEW = "in_review", "In review"
        DECIDED = "decided", "Decided"
        APPEALED = "appealed", "Appealed"
        CLOSED = "closed", "Closed"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "received": {"acknowledged"},
        "acknowledged": {"in_review"},
        "in_review": {"decided"},
        "decided": {"appealed", "closed"},
        "appealed": {"closed"},
        "closed": set(),
    }

    class Complainant(models.TextChoices):
        CLIENT = "client", "Somebody whose data may be in the HMIS"
        ADVOCATE = "advocate", "Somebody speaking for another person"
        USER = "user", "An HMIS user"
        AGENCY = "agency", "An agency"
        OTHER = "other", "Somebody else"

    class Subject(models.TextChoices):
        PRIVACY = "privacy", "Privacy or sharing of data"
        CORRECTION = "correction", "Seeing or correcting data"
        REFUSAL = "refusal", "Being refused something for want of consent"
        ACCESS = "access", "A license or access to the HMIS"
        SERVICE = "service", "How the HMIS Lead works"
        OTHER = "other", "Something else"

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "Upheld"
        PARTLY = "partly_upheld", "Upheld in part"
        NOT_UPHELD = "not_upheld", "Not upheld"
        ELSEWHERE = "elsewhere", "For somebody else to decide"

    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    complainant = models.CharField("who complains", max_length=10, choices=Complainant.choices)
    subject = models.CharField("what it is about", max_length=10, choices=Subject.choices)
    organization = TenantForeignKey("directory.Organization", null=True, blank=True, related_name="grievances")
    wanted = models.TextField("what would put it right", blank=True)
    acknowledge_by = models.DateField("to be acknowledged by")
    acknowledged_on = models.DateField("acknowledged", null=True, blank=True)
    decide_by = models.DateField("to be decided by")
    outcome = models.CharField(max_length=15, choices=Outcome.choices, blank=True)
    decision = models.TextField("decision and its reasons", blank=True)
    decided_on = models.DateField("decided", null=True, blank=True)
    appeal_until = models.DateField("last day to appeal", null=True, blank=True)
    appeal = models.TextField("why it is appealed", blank=True)
    appealed_on = models.DateField("appealed", null=True, blank=True)
    decide_appeal_by = models.DateField("appeal to be decided by", null=True, blank=True)
    appeal_decision = models.TextField("decision on the appeal", blank=True)
    appeal_decided_on = models.DateField("appeal decided", null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        "satisfaction from 1 to 5", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )

    objects = querysets.GrievanceQuerySet.as_manager()

    class Meta:
        ordering = ("-received_on", "-number")
        constraints = (
            models.UniqueConstraint(fields=["implementation", "number"], name="grievance_number_once"),
            models.CheckConstraint(
                condition=models.Q(satisfaction=None) | models.Q(satisfaction__gte=1, satisfaction__lte=5),
                name="grievance_satisfaction_1_to_5",
            ),
        )

    def get_absolute_url(self) -> str:
        return reverse("cases:grievance-detail", kwargs={"slug": context.current().slug, "pk": self.pk})

    @property
    def due_by(self) -> dt.date | None:
        """The day by which its next step is due; None when none is."""
        return {
            self.State.RECEIVED: self.acknowledge_by,
            self.State.ACKNOWLEDGED: self.decide_by,
            self.State.IN_REVIEW: self.decide_by,
            self.State.APPEALED: self.decide_appeal_by,
        }.get(self.State(self.state))
