"""What the page building blocks keep."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from hmislead.audit.tracking import tracked
from hmislead.tenancy.base import TenantModel
from hmislead.web.querysets import IdempotencyKeyQuerySet, SavedViewQuerySet


@tracked
class SavedView(TenantModel):
    """A list's filters, order and columns under a name: a person's own, or shared with everybody here."""

    page = models.CharField(max_length=80)  # Listing.name
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shared = models.BooleanField(default=False)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "page", "owner", "name"],
                name="saved_view_name_once",
            ),
        )

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(TenantModel):
    """The answer to a POST that named a key, kept for a day. A record of an event itself, so not under history."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key_hash = models.CharField(max_length=64)
    endpoint = models.CharField(max_length=300)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100, blank=True)
    body = models.TextField(blank=True)
    expires_at = models.DateTimeField()

    objects: ClassVar[IdempotencyKeyQuerySet] = IdempotencyKeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["implementation", "user", "key_hash"], name="idempotency_key_once"),
        )

    def __str__(self) -> str:
        return self.endpoint
