"""Who looked at which file. (Who changed what is in the history tables that `tracked` makes.)"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


class FileAccess(TenantModel):
    """One view or download of a stored file."""

    file = TenantForeignKey("files.StoredFile", on_delete=models.CASCADE, related_name="accesses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    how = models.CharField(max_length=10, choices=[("page", "On a page"), ("api", "By the API")])

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.file_id} at {self.created_at:%Y-%m-%d %H:%M}"
