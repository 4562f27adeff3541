"""The tenant itself, its settings, its counters, and the record of every crossing."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import uuid7

TIME_ZONES = [(name, name) for name in sorted(zoneinfo.available_timezones()) if "/" in name and name[:3] != "Etc"]


class Implementation(models.Model):
    """One HMIS, run by one HMIS Lead for one or more CoCs. Global: it is read before a tenant is known."""

    class State(models.TextChoices):
        SETUP = "setup", "Setup"
        LIVE = "live", "Live"
        TRANSITION = "transition", "In transition"
        CLOSED = "closed", "Closed"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "setup": {"live", "closed"},
        "live": {"transition", "closed"},
        "transition": {"live", "closed"},
        "closed": set(),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(
        unique=True,
        max_length=40,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", "Use small letters, digits and single hyphens.")],
    )
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=State.choices, default=State.SETUP)
    timezone = models.CharField("time zone", max_length=60, default="America/New_York", choices=TIME_ZONES)
    checks_at = models.TimeField("nightly checks begin at", default=dt.time(2))
    language = models.CharField(max_length=5, default="en")
    logo = models.BinaryField(null=True, blank=True, editable=False, help_text="A PNG or JPEG of at most 200 kB.")
    logo_version = models.CharField(max_length=16, blank=True, editable=False)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("compliance:home", kwargs={"slug": self.slug})

    @property
    def logo_url(self) -> str:
        """Where the logo is shown from; empty without one. The version changes with the picture: it may be cached."""
        if not self.logo_version:
            return ""
        return f"{reverse('tenancy:implementation-logo', kwargs={'slug': self.slug})}?v={self.logo_version}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    @property
    def suspends_and_mails(self) -> bool:
        """In setup nothing suspends and nothing is mailed; nor once closed."""
        return self.state in {self.State.LIVE, self.State.TRANSITION}


@tracked
class SettingValue(TenantModel):
    """One decision of the Lead, in force from a date until the next value of the same key (keys: settings.py)."""

    key = models.CharField(max_length=80)
    value = models.JSONField()
    effective_from = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["implementation", "key", "effective_from"], name="setting_one_value_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.key} from {self.effective_from}"


class Counter(TenantModel):
    """The last short number given out of each kind (`T-1042`). Not under history: it is no fact about anybody."""

    kind = models.CharField(max_length=20)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["implementation", "kind"], name="counter_one_per_kind"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.last}"


class Crossing(models.Model):
    """The operator's log: each time somebody or something without a grant stepped into an implementation. Global."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    implementation = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="crossings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    why = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.why} ({self.at:%Y-%m-%d %H:%M})"


def as_uuid(value: str) -> uuid.UUID | None:
    """The UUID in `value`, or None when it holds none: a malformed id is an id nobody has."""
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None
