"""Granting and revoking roles. Guardian's rows follow the grants; `access/` never reads the one without the other."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from hmislead.access import roles, scopes
from hmislead.access.models import RoleGrant
from hmislead.access.permissions import PERMISSIONS
from hmislead.accounts.models import ApiToken, Membership
from hmislead.errors import DomainError
from hmislead.tenancy import context, settings
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Implementation

SCOPE_MODELS = {
    roles.IMPLEMENTATION: ("tenancy", "Implementation"),
    roles.COC: ("directory", "CoC"),
    roles.ORGANIZATION: ("directory", "Organization"),
}


@transaction.atomic
def grant_role(
    *,
    user: Any,
    role: str,
    by: Any,
    coc: Any = None,
    organization: Any = None,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    decided_by: Any = None,
) -> RoleGrant:
    """Give `user` a role at one scope: the CoC, the organization, or (neither given) the implementation.

    `decided_by` is the administrator behind a grant that the system writes (an accepted invitation).
    Raises PermissionDenied unless `by` may manage roles, DomainError for a scope or end the role may not have.
    """
    _require_manager(by)
    kind = check_role(role=role, coc=coc, organization=organization, ends_on=ends_on)
    Membership.objects.get_or_create(user=user, implementation=context.current())
    grant = RoleGrant.objects.create(
        user=user,
        role=role,
        coc=coc,
        organization=organization,
        starts_on=starts_on or settings.today(),
        ends_on=ends_on,
        granted_by=by if getattr(by, "pk", None) else decided_by,
    )
    _sync(user, kind, grant.scope_id)
    return grant


def check_role(*, role: str, coc: Any = None, organization: Any = None, ends_on: dt.date | None = None) -> str:
    """The kind of scope a role would be held at. Raises DomainError for one the role is not made for, or an end that
    is missing."""
    definition = roles.ROLES[role]
    kind = roles.ORGANIZATION if organization else roles.COC if coc else roles.IMPLEMENTATION
    if kind not in definition.scopes:
        raise DomainError(f"{definition.label} is not a role at {_scope_words(kind)}.")
    if definition.must_end and ends_on is None:
        raise DomainError(f"{definition.label}: give the day on which the role ends.")
    return kind


@transaction.atomic
def revoke_role(*, grant_id: uuid.UUID, by: Any) -> RoleGrant:
    """End a role now. The last Lead administrator cannot be revoked: somebody must be able to grant roles."""
    _require_manager(by)
    _one_at_a_time()
    grant = RoleGrant.objects.visible_to(by).select_for_update().get(pk=grant_id)
    if grant.revoked_at:
        return grant
    if grant.role == "lead_administrator":
        _require_another_administrator(grant.user_id)
    _revoke(grant)
    return grant


@transaction.atomic
def end_membership(*, user_id: uuid.UUID, by: Any) -> None:
    """Take somebody out of the current implementation: every role ends, their tokens for it stop. Their sign-in and
    their other implementations stay as they are. Raises DomainError for the last Lead administrator."""
    _require_manager(by)
    _one_at_a_time()
    here = context.current()
    membership = Membership.objects.select_for_update().get(user_id=user_id, implementation=here)
    grants = list(
        RoleGrant.objects.visible_to(by).select_for_update(of=("self",)).filter(user_id=user_id, revoked_at=None)
    )
    if any(grant.role == "lead_administrator" for grant in grants):
        _require_another_administrator(user_id)
    for grant in grants:
        _revoke(grant)
    ApiToken.objects.filter(user_id=user_id, implementation=here, revoked_at=None).update(revoked_at=timezone.now())
    membership.delete()


def _one_at_a_time() -> None:
    """Let roles of this implementation end one after another: two administrators who end each other's role at the same
    moment must not both succeed. The lock leaves everybody else's work alone."""
    Implementation.objects.select_for_update(no_key=True).only("pk").get(pk=context.current().pk)


def _revoke(grant: RoleGrant) -> None:
    grant.revoked_at = timezone.now()
    grant.save(update_fields=["revoked_at", "updated_at"])
    _sync(grant.user, grant.scope_kind, grant.scope_id)


def _require_another_administrator(user_id: Any) -> None:
    """Somebody must stay who can grant roles: a Lead administrator whose role has no end and who can sign in."""
    administrators = RoleGrant.objects.active(settings.today()).filter(role="lead_administrator", user__is_active=True)
    if not administrators.filter(ends_on=None).exclude(user_id=user_id).exists():
        raise DomainError("This is the last Lead administrator. Make somebody else one first.")


def keep_what_began(before: dt.date, after: dt.date, **kwargs: Any) -> None:
    """Let roles that began on the day `before` hold on the earlier day `after` too, to which a new time zone led back.

    Without it an administrator who was made one today would lock themselves out by moving the time zone west.
    """
    RoleGrant.objects.filter(starts_on=before, revoked_at=None).update(starts_on=after)


def sweep_ended_grants() -> int:
    """Take away guardian's rows of grants that have ended. Returns how many scopes were looked at.

    Access ends on the day itself (`scopes` checks it); this only tidies up behind it.
    """
    ended = RoleGrant.objects.filter(ends_on__lt=settings.today(), revoked_at=None).select_related("user")
    for grant in ended:
        _sync(grant.user, grant.scope_kind, grant.scope_id)
    return len(ended)


def _sync(user: Any, kind: str, scope_id: Any) -> None:
    """Make guardian's rows of one user at one scope what the active and coming grants there say."""
    table: Any = scopes.GUARDIAN_TABLES[kind]
    column = {"implementation": None, "coc": "coc_id", "organization": "organization_id"}[kind]
    grants = RoleGrant.objects.filter(user=user, revoked_at=None).exclude(ends_on__lt=settings.today())
    grants = grants.filter(**{column: scope_id}) if column else grants.filter(coc=None, organization=None)
    wanted = frozenset().union(*(roles.ROLES[grant.role].bundle() for grant in grants))
    rows = table.objects.filter(user=user, content_object_id=scope_id)
    rows.exclude(permission__codename__in=wanted).delete()
    present = set(rows.values_list("permission__codename", flat=True))
    missing = permission_rows(kind, wanted - present)
    table.objects.bulk_create(table(user=user, permission=row, content_object_id=scope_id) for row in missing)
    scopes.forget(user)


def permission_rows(kind: str, codes: frozenset[str]) -> list[Permission]:
    """Django's permission rows of some codes at one kind of scope object."""
    if not codes:
        return []
    content_type = ContentType.objects.get_for_model(apps.get_model(*SCOPE_MODELS[kind]))
    return list(Permission.objects.filter(content_type=content_type, codename__in=codes))


def create_permission_rows(**kwargs: Any) -> None:
    """Make the permission rows of every registered code at every kind of scope object. Runs after `migrate`.

    Codes that are new, as after an upgrade, are given to whoever holds a role that includes them.
    """
    known = set(Permission.objects.values_list("codename", flat=True))
    for app, model in SCOPE_MODELS.values():
        content_type = ContentType.objects.get_for_model(apps.get_model(app, model))
        Permission.objects.bulk_create(
            [
                Permission(content_type=content_type, codename=code, name=label[:255])
                for code, label in PERMISSIONS.items()
            ],
            ignore_conflicts=True,
        )
    new = set(PERMISSIONS) - known
    if known & set(PERMISSIONS) and new:
        for implementation in Implementation.objects.order_by("slug"):
            with cross_into(implementation, why="new permissions for the roles that include them"):
                give_to_holders(new)


def give_to_holders(codes: set[str]) -> int:
    """Bring guardian's rows of everybody whose role includes one of `codes` up to date. Returns how many scopes."""
    holding = [code for code, role in roles.ROLES.items() if role.bundle() & codes]
    grants = RoleGrant.objects.active(settings.today()).filter(role__in=holding).select_related("user")
    scopes_of_users = {(grant.user, grant.scope_kind, grant.scope_id) for grant in grants}
    for user, kind, scope_id in scopes_of_users:
        _sync(user, kind, scope_id)
    return len(scopes_of_users)


def _require_manager(by: Any) -> None:
    if not scopes.of(by).scopes("manage_roles").everything:
        raise PermissionDenied("Only a Lead administrator may change roles.")


def _scope_words(kind: str) -> str:
    return {"implementation": "the implementation", "coc": "a CoC", "organization": "an agency"}[kind]
