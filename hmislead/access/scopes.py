"""What a user may do where, resolved once per request: role grants (the truth) and guardian's permissions, agreeing."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import CharField, UUIDField, Value
from django.db.models.functions import Cast

from hmislead.access import roles
from hmislead.access.models import (
    CoCUserPermission,
    ImplementationUserPermission,
    OrganizationUserPermission,
    RoleGrant,
)
from hmislead.access.permissions import MEMBER, OWN
from hmislead.tenancy import context, settings

GUARDIAN_TABLES = {
    roles.IMPLEMENTATION: ImplementationUserPermission,
    roles.COC: CoCUserPermission,
    roles.ORGANIZATION: OrganizationUserPermission,
}


@dataclass(frozen=True)
class Scopes:
    """Where one permission is held. `everything`: at the implementation itself."""

    everything: bool = False
    cocs: frozenset[uuid.UUID] = frozenset()
    organizations: frozenset[uuid.UUID] = frozenset()

    def __bool__(self) -> bool:
        return self.everything or bool(self.cocs) or bool(self.organizations)


NOWHERE = Scopes()


@dataclass(frozen=True)
class Access:
    """One user's reach in one implementation."""

    user_id: uuid.UUID | None
    person_id: uuid.UUID | None = None
    roles: frozenset[str] = frozenset()  # those that give something: a token's scopes may leave nothing of a role
    by_permission: dict[str, Scopes] = field(default_factory=dict)
    own: bool = True  # False for a token that was not given OWN: it reaches nothing of the user themselves
    is_robot: bool = False

    def scopes(self, permission: str) -> Scopes:
        """Where `permission` is held; nowhere is falsy."""
        if self.is_robot:
            return Scopes(everything=True)
        return self.by_permission.get(permission, NOWHERE)

    def has(self, *any_of: str) -> bool:
        """True if one of these permissions is held at any scope (or is MEMBER, or is OWN and the user is a person here)."""
        return any(map(self._has, any_of))

    def _has(self, permission: str) -> bool:
        if permission == MEMBER:
            return True
        if permission == OWN:
            return self.person_id is not None
        return bool(self.scopes(permission))

    @property
    def is_plain(self) -> bool:
        """True for people of agencies and end users: pages use plainer words for them."""
        return not self.is_robot and all(not held.everything and not held.cocs for held in self.by_permission.values())

    def allows(self, permission: str, *, organization_id: Any = None, coc_id: Any = None) -> bool:
        """True if `permission` is held at the implementation, or at the organization or CoC named."""
        held = self.scopes(permission)
        if held.everything:
            return True
        return (organization_id is not None and organization_id in held.organizations) or (
            coc_id is not None and coc_id in held.cocs
        )


class Robot:
    """The actor of tasks and commands: reaches everything of the current implementation, is nobody."""

    pk = None
    is_authenticated = True
    is_robot = True

    def __str__(self) -> str:
        return "the system"


ROBOT = Robot()


def of(user: Any) -> Access:
    """What `user` may do in the current implementation, resolved once per user object and implementation."""
    if getattr(user, "is_robot", False):
        return Access(user_id=None, is_robot=True)
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Access(user_id=None)
    cache = user.__dict__.setdefault("_access", {})
    key = context.current().pk
    if key not in cache:
        cache[key] = _resolve(user)
    return cache[key]


def forget(user: Any) -> None:
    """Drop what was resolved for `user`: a grant has changed."""
    user.__dict__.pop("_access", None)


def _resolve(user: Any) -> Access:
    grants = list(RoleGrant.objects.filter(user_id=user.pk).active(settings.today()))
    held = _guardian_permissions(user.pk, {grant.scope_kind for grant in grants}) if grants else {}
    token_scopes = getattr(user, "token_scopes", None)
    own = token_scopes is None or OWN in token_scopes
    at: dict[str, dict[str, set[uuid.UUID]]] = defaultdict(lambda: defaultdict(set))
    given: set[str] = set()
    for grant in grants:
        key = (grant.scope_kind, grant.scope_id)
        # Both must agree: a grant whose guardian rows are gone gives nothing, rows whose grant has ended neither.
        for code in roles.ROLES[grant.role].bundle() & held.get(key, frozenset()):
            if token_scopes is None or code in token_scopes:
                at[code][grant.scope_kind].add(grant.scope_id)
                given.add(grant.role)
    return Access(
        user_id=user.pk,
        person_id=_own_person_id(user) if own else None,
        own=own,
        roles=frozenset(given),
        by_permission={
            code: Scopes(
                everything=bool(kinds[roles.IMPLEMENTATION]),
                cocs=frozenset(kinds[roles.COC]),
                organizations=frozenset(kinds[roles.ORGANIZATION]),
            )
            for code, kinds in at.items()
        },
    )


def _own_person_id(user: Any) -> uuid.UUID | None:
    people = apps.get_model("directory", "Person").objects.filter(user_id=user.pk, merged_into=None)
    return people.order_by("pk").values_list("pk", flat=True).first()


def _guardian_permissions(user_id: uuid.UUID, kinds: set[str]) -> dict[tuple[str, uuid.UUID], frozenset[str]]:
    """Codes by (kind of scope, id), for these kinds in one query. Most people have one kind: each costs a millisecond."""
    queries = [
        model.objects.filter(user_id=user_id)
        .annotate(kind=Value(kind, CharField()), scope=Cast("content_object_id", UUIDField()))
        .values_list("kind", "permission__codename", "scope")
        for kind, model in GUARDIAN_TABLES.items()
        if kind in kinds
    ]
    rows = queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0]
    found: dict[tuple[str, uuid.UUID], set[str]] = defaultdict(set)
    for kind, code, scope in rows:
        found[kind, scope].add(code)
    return {key: frozenset(codes) for key, codes in found.items()}
