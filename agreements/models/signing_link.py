"""A personal link to sign without a sign-in. It is read before a tenant is known, so it is no tenant table."""

from __future__ import annotations

from django.db import models

from hmislead.tenancy.fields import uuid7
from hmislead.tenancy.models import Implementation


class SigningLink(models.Model):
    """Only hashes: of the link's secret and of the code that was mailed. One use."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    implementation = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="+")
    candidate_id = models.UUIDField()
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_attempts = models.PositiveSmallIntegerField(default=0)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["candidate_id"]),)

    def __str__(self) -> str:
        return f"Link until {self.expires_at:%Y-%m-%d}"
