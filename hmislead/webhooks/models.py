"""Where other systems listen, what was sent to them, and each try."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from hmislead.tenancy.life_cycle import LifeCycle
from hmislead.tenancy.models import Implementation
from hmislead.webhooks import querysets

LONGEST_URL = 500


# Secrets are no history, and a count that moves with each failed try would bury what people did.
@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["sealed_secret", "sealed_previous", "failures", "updated_at"],
)
class Endpoint(LifeCycle, TenantModel):
    """One address of another system, with the events it is told of and the secret that signs what it gets."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        DISABLED = "disabled", "Turned off"
        REMOVED = "removed", "Removed"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "active": {"paused", "disabled", "removed"},
        "paused": {"active", "removed"},
        "disabled": {"active", "removed"},
        "removed": set(),
    }

    name = models.CharField(max_length=100)
    url = models.CharField("address", max_length=LONGEST_URL)
    codes = ArrayField(
        models.CharField(max_length=60), verbose_name="told of", help_text="Codes of the events it is told of."
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    sealed_secret = models.TextField(blank=True, help_text="Encrypted. Empty once removed.")
    sealed_previous = models.TextField(blank=True, help_text="Signs beside the new one for a while.")
    previous_until = models.DateTimeField("old secret signs until", null=True, blank=True)
    failures = models.PositiveIntegerField("failed tries in a row", default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = querysets.EndpointQuerySet.as_manager()

    class Meta:
        ordering = (Lower("name"),)
        verbose_name = "webhook"
        constraints = (
            models.UniqueConstraint(
                "implementation",
                Lower("name"),
                condition=~models.Q(state="removed"),
                name="endpoint_name_once",
                violation_error_message="There is a webhook with this name already. Choose another name.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """The part of the address that anybody who reads settings may see: the rest may hold a key of the receiver's."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_listening(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def two_secrets(self) -> bool:
        """True while the secret before this one signs as well."""
        return bool(self.sealed_previous and self.previous_until and self.previous_until > timezone.now())

    def get_absolute_url(self) -> str:
        return reverse("webhooks:endpoint-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


class Trouble(models.TextChoices):
    """Why a try did not arrive. Kinds only: what a receiver says is not kept."""

    NONE = "", "–"
    NAME = "name", "The host name was not found"
    PRIVATE = "private", "The address leads into a private network, which is never called"
    UNREACHABLE = "unreachable", "Nothing answered in time"
    CERTIFICATE = "certificate", "The certificate of the receiver was not accepted"
    STATUS = "status", "The receiver answered that it did not take it"
    SECRET = "secret", "The signing secret cannot be opened any more; make a new one"


class Delivery(LifeCycle, TenantModel):
    """One event for one endpoint: identifiers, codes and dates, never personal data. A record of events itself."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "waiting": {"delivered", "failed", "cancelled"},
        "delivered": {"waiting"},
        "failed": {"waiting"},
        "cancelled": set(),
    }

    endpoint = TenantForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=60)
    event_id = models.UUIDField(help_text="The same for every endpoint and every try: receivers tell repeats by it.")
    happened_at = models.DateTimeField()
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    data: Any = models.JSONField(default=dict)
    is_test = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("tries", default=0)
    next_at = models.DateTimeField("next try", null=True, blank=True)
    response_status = models.PositiveSmallIntegerField("last answer", null=True, blank=True)
    trouble = models.CharField(max_length=11, choices=Trouble.choices, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = querysets.WebhookQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=["implementation", "endpoint", "event_id"], name="delivery_once"),
        )
        indexes = (models.Index(fields=["implementation", "-created_at"], name="delivery_log"),)

    def __str__(self) -> str:
        return f"{self.event} {self.event_id}"

    def get_absolute_url(self) -> str:
        return reverse("webhooks:delivery-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


class Attempt(TenantModel):
    """One try of a delivery. Only added to."""

    delivery = TenantForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    tried_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    trouble = models.CharField(max_length=11, choices=Trouble.choices, blank=True)

    objects = querysets.WebhookQuerySet.as_manager()

    class Meta:
        ordering = ("tried_at", "pk")

    def __str__(self) -> str:
        return f"{self.delivery_id} at {self.tried_at:%Y-%m-%d %H:%M}"


class Due(models.Model):
    """Which deliveries wait, and since when they may go. Global, ids only: the sender looks here instead of into every
    implementation."""

    delivery_id = models.UUIDField(primary_key=True)
    implementation = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="+")
    endpoint_id = models.UUIDField(db_index=True)
    not_before = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "due"

    def __str__(self) -> str:
        return str(self.delivery_id)
