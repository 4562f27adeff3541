"""What a user may know of results: no imports of models."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from hmislead.access import scopes
from hmislead.directory.querysets import ByLicenseQuerySet, in_cocs, within

__all__ = ["ByLicenseQuerySet", "RunQuerySet", "StatusQuerySet", "TallyQuerySet", "TaskQuerySet", "WaiverQuerySet"]


def _people(user: Any) -> models.QuerySet[Any]:
    return apps.get_model("directory", "Person").objects.visible_to(user).values("pk")


def _licenses(user: Any) -> models.QuerySet[Any]:
    return apps.get_model("directory", "License").objects.visible_to(user).values("pk")


class StatusQuerySet(models.QuerySet[Any]):
    """Used for statuses and for changes of them."""

    def visible_to(self, user: Any) -> Any:
        """All for who sees compliance everywhere. Otherwise your own, your agency's, your CoC's; rows about people only
        with the right to see those people, rows about licenses only with those licenses."""
        access = scopes.of(user)
        held = access.scopes("view_compliance")
        if held.everything:
            return self
        own = Q(person_id=access.person_id, organization=None) | Q(license__person_id=access.person_id)
        reach = own if access.person_id else Q(pk__in=[])
        if held:
            no_person = Q(person=None, license=None)
            reach |= no_person & ~Q(organization=None) & within(held)
            reach |= no_person & Q(coc_id__in=held.cocs)
        if held and access.scopes("view_people"):
            reach |= Q(license=None, person__in=_people(user)) | Q(license__in=_licenses(user))
        return self.filter(reach)


class TallyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Counts by agency or CoC: numbers only, so CoC staff see those of their share."""
        held = scopes.of(user).scopes("view_compliance")
        if held.everything:
            return self
        if not held:
            return self.none()
        return self.filter(
            Q(organization_id__in=held.organizations)
            | Q(organization_id__in=in_cocs(held.cocs), coc=None)
            | Q(coc_id__in=held.cocs)
        )


class RunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        return self if scopes.of(user).scopes("view_compliance").everything else self.none()


class WaiverQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        access = scopes.of(user)
        held = access.scopes("view_compliance")
        if held.everything:
            return self
        reach = Q(person_id=access.person_id) if access.person_id else Q(pk__in=[])
        if held:
            reach |= Q(organization__isnull=False, person=None) & within(held)
        if held and access.scopes("view_people"):
            reach |= Q(person__in=_people(user))
        return self.filter(reach)


class TaskQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Tasks at agencies whose people the user may see; an unknown account may be anybody's: the Lead's alone."""
        return self._within(scopes.of(user).scopes("view_people"))

    def provable_by(self, user: Any) -> Any:
        """Tasks at agencies whose accounts the user may vouch for."""
        return self._within(scopes.of(user).scopes("prove_account_state"))

    def _within(self, held: scopes.Scopes) -> Any:
        if held.everything:
            return self
        return self.filter(Q(organization__isnull=False) & within(held)) if held else self.none()

    def open(self) -> Any:
        return self.filter(closed_at=None)
