"""Merging two organizations or two people, with all that is needed to undo it within the day."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hmislead.audit.tracking import tracked
from hmislead.directory import querysets
from hmislead.tenancy.base import TenantModel


@tracked
class Merge(TenantModel):
    """`moved` holds, per table and column, the ids of the rows that were pointed to the one that stays."""

    class Kind(models.TextChoices):
        ORGANIZATION = "organization", "Organizations"
        PERSON = "person", "People"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    gone_id = models.UUIDField()
    stays_id = models.UUIDField()
    moved = models.JSONField(default=dict)
    before = models.JSONField(default=dict, help_text="Fields of both as they were.")
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = querysets.MergeQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"Merge of two {self.get_kind_display().lower()}"
