"""A personal link to sign, or to get the sealed copy, without a sign-in. Read before a tenant is known: no tenant table."""

from __future__ import annotations

from django.db import models

from hmislead.tenancy.fields import uuid7
from hmislead.tenancy.models import Implementation


class SigningLink(models.Model):
    """Only hashes: of the link's secret and of the code that was mailed. Signing is one use; the copy may be read again."""

    class Purpose(models.TextChoices):
        SIGN = "sign", "Sign"
        COPY = "copy", "Read the sealed copy"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    implementation = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="+")
    candidate_id = models.UUIDField()
    purpose = models.CharField(max_length=4, choices=Purpose.choices, default=Purpose.SIGN)
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
