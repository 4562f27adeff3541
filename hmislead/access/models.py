"""Who holds which role where, and guardian's permissions at the three kinds of scope object."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, NullIf
from guardian.models import UserObjectPermissionBase

from hmislead.access import roles
from hmislead.audit.tracking import tracked
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantField, TenantForeignKey
from hmislead.tenancy.models import Implementation


class CurrentSetting(models.Func):
    """`current_setting('app.implementation', true)`."""

    template = "current_setting('app.implementation', true)"
    output_field = models.TextField()


def database_implementation() -> Cast:
    """The current tenant as the database knows it: guardian creates rows without naming it."""
    return Cast(NullIf(CurrentSetting(), models.Value("")), models.UUIDField())


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def active(self, on: object) -> RoleGrantQuerySet:
        """Grants that hold on a day."""
        return self.filter(starts_on__lte=on, revoked_at=None).filter(
            models.Q(ends_on=None) | models.Q(ends_on__gte=on)
        )

    def visible_to(self, user: object) -> RoleGrantQuerySet:
        """Grants `user` may know of: all with the right to see settings or to grant roles, else their own."""
        from hmislead.access.scopes import of

        access = of(user)
        if access.scopes("manage_roles").everything or access.scopes("view_settings").everything:
            return self
        return self.filter(user_id=access.user_id) if access.own and access.user_id else self.none()


@tracked
class RoleGrant(TenantModel):
    """A role of a user at exactly one scope object. The truth that guardian's permissions follow."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=30, choices=roles.CHOICES)
    coc = TenantForeignKey("directory.CoC", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    organization = TenantForeignKey(
        "directory.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="role_grants"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(coc=None) | models.Q(organization=None), name="role_grant_at_one_scope"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="role_grant_ends_after_it_starts",
                violation_error_message="A role cannot end before it starts.",
            ),
        )

    def __str__(self) -> str:
        return self.get_role_display()

    @property
    def scope_kind(self) -> str:
        if self.organization_id:
            return roles.ORGANIZATION
        return roles.COC if self.coc_id else roles.IMPLEMENTATION

    @property
    def scope_id(self) -> uuid.UUID:
        here: uuid.UUID = self.organization_id or self.coc_id or self.implementation_id  # type: ignore[assignment]
        return here


class ImplementationUserPermission(UserObjectPermissionBase):
    """Guardian finds each of these three tables through its visible reverse name."""

    implementation = TenantField(db_default=database_implementation())
    content_object = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="permission_rows")


class CoCUserPermission(UserObjectPermissionBase):
    implementation = TenantField(db_default=database_implementation())
    content_object = TenantForeignKey("directory.CoC", on_delete=models.CASCADE, related_name="permission_rows")


class OrganizationUserPermission(UserObjectPermissionBase):
    implementation = TenantField(db_default=database_implementation())
    content_object = TenantForeignKey(
        "directory.Organization", on_delete=models.CASCADE, related_name="permission_rows"
    )
