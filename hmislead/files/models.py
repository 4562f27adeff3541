"""Stored files: checked when they come in, served only after a permission check."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import models

from hmislead.access import scopes
from hmislead.audit.tracking import tracked
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


def storage_path(instance: StoredFile, filename: str) -> str:
    """A path that says nothing about the file or its owner."""
    return f"{instance.implementation_id}/{uuid.uuid4().hex}"


def file_storage() -> Any:
    return storages["default"]


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, user: Any) -> StoredFileQuerySet:
        """Files whose `permission` the user holds at the file's own scope, and files about themselves.

        A file that names no organization, CoC or person belongs to the implementation: only who holds its permission
        there may open it.
        """
        access = scopes.of(user)
        if access.is_robot:
            return self
        reach = models.Q(pk__in=[])
        if access.person_id:
            reach |= models.Q(person_id=access.person_id, own_readable=True)
        for code, held in access.by_permission.items():
            here = models.Q(organization_id__in=held.organizations) | models.Q(coc_id__in=held.cocs, organization=None)
            reach |= models.Q(permission=code) if held.everything else models.Q(permission=code) & here
        return self.filter(reach)


@tracked
class StoredFile(TenantModel):
    """The bytes are in `storages["default"]`; who may read them is `permission` at the scope named here."""

    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.FileField(upload_to=storage_path, storage=file_storage, max_length=200)
    permission = models.CharField(max_length=40)
    organization = TenantForeignKey("directory.Organization", null=True, blank=True, related_name="files")
    coc = TenantForeignKey("directory.CoC", null=True, blank=True, related_name="files")
    person = TenantForeignKey("directory.Person", null=True, blank=True, related_name="files")
    own_readable = models.BooleanField(default=True, help_text="The person named may read it.")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name
