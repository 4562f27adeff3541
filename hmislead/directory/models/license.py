"""Licenses: our decision (state) beside what was observed of the account in the HMIS; and departures."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from hmislead.audit.tracking import tracked
from hmislead.directory import querysets
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from hmislead.tenancy.life_cycle import LifeCycle


@tracked
class License(LifeCycle, TenantModel):
    """One person's HMIS user license at one organization."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        BLOCKED = "blocked", "Blocked"
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"
        TERMINATED = "terminated", "Terminated"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "requested": {"blocked", "active", "terminated"},
        "blocked": {"requested", "active", "terminated"},
        "active": {"suspended", "terminated"},
        "suspended": {"active", "terminated"},
        "terminated": set(),
    }

    class AccountState(models.TextChoices):
        UNKNOWN = "unknown", "Not observed"
        ACTIVE = "active", "Active in the HMIS"
        LOCKED = "locked", "Locked in the HMIS"
        INACTIVE = "inactive", "Deactivated in the HMIS"
        MISSING = "missing", "Not in the roster"

    person = TenantForeignKey("directory.Person", related_name="licenses")
    organization = TenantForeignKey("directory.Organization", related_name="licenses")
    state = models.CharField(max_length=12, choices=State.choices, default=State.REQUESTED)
    state_reason = models.CharField(max_length=300, blank=True)
    can_write = models.BooleanField("may enter data", default=True)
    access_role = models.CharField("role in the HMIS", max_length=100, blank=True)
    username = models.CharField("user name in the HMIS", max_length=100, blank=True)
    requested_on = models.DateField()
    activated_on = models.DateField(null=True, blank=True)
    suspended_on = models.DateField(null=True, blank=True)
    terminated_on = models.DateField(null=True, blank=True)
    account_state = models.CharField(max_length=10, choices=AccountState.choices, default=AccountState.UNKNOWN)
    observed_on = models.DateField(null=True, blank=True)
    last_sign_in_on = models.DateField(null=True, blank=True)
    use_counts_from = models.DateField(
        null=True, blank=True, help_text="Unlocked or retrained on this day: inactivity counts from it."
    )

    objects = querysets.LicenseQuerySet.as_manager()

    class Meta:
        ordering = ("person__last_name", "person__first_name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "person", "organization"],
                condition=~models.Q(state="terminated"),
                name="license_one_living",
                violation_error_message="This person has a license at this agency already.",
            ),
            models.CheckConstraint(
                condition=models.Q(state="terminated", terminated_on__isnull=False)
                | (~models.Q(state="terminated") & models.Q(terminated_on=None)),
                name="license_terminated_on_iff_terminated",
                violation_error_message="A terminated license needs its last day, and only a terminated one has it.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} at {self.organization}"

    def get_absolute_url(self) -> str:
        return reverse("directory:license-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


@tracked
class Departure(TenantModel):
    """Somebody left an agency. The clock runs from the earlier of departure and report until the account is proved shut."""

    license = TenantForeignKey(License, on_delete=models.CASCADE, related_name="departures")
    departed_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    due_at = models.DateTimeField()
    license_was = models.CharField(
        max_length=12,
        choices=License.State.choices,
        blank=True,
        help_text="The state from which this departure ended the license; empty while the departure lies ahead.",
    )
    proved_at = models.DateTimeField(null=True, blank=True)
    proof = models.CharField(max_length=300, blank=True)

    objects = querysets.ByLicenseQuerySet.as_manager()

    class Meta:
        ordering = ("-departed_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "license"], condition=models.Q(proved_at=None), name="departure_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"Departure of {self.license}"

    @property
    def is_ahead(self) -> bool:
        """True while the person has not left yet: the license stays as it is until then."""
        return not self.license_was

    @property
    def late_by(self) -> dt.timedelta:
        """How long after the clock ran out the account was shut, or how long it has been open since; else zero."""
        return max((self.proved_at or timezone.now()) - self.due_at, dt.timedelta(0))
