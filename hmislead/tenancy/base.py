"""The base of every tenant table."""

from __future__ import annotations

from django.db import models

from hmislead.tenancy.fields import TenantField, uuid7


class TenantModel(models.Model):
    """A row that belongs to one implementation: UUIDv7 key, policed `implementation`, times of recording."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    implementation = TenantField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
