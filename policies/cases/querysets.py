"""What a user may know of deviation reports, sanctions and grievances."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from hmislead.access import scopes
from hmislead.directory.querysets import within

DRAFTS = ("proposed", "withdrawn")


class HandlersOnlyQuerySet(models.QuerySet[Any]):
    """Notes of who handles cases: theirs alone."""

    def visible_to(self, user: Any) -> Any:
        return self if scopes.of(user).scopes("manage_cases").everything else self.none()


class ReportQuerySet(models.QuerySet[Any]):
    """Deviation reports and grievances: for who handles them, and for who sent them signed in."""

    def visible_to(self, user: Any) -> Any:
        access = scopes.of(user)
        if access.scopes("manage_cases").everything:
            return self
        return self.filter(reporter_id=access.user_id) if access.own and access.user_id else self.none()


class GrievanceQuerySet(ReportQuerySet):
    def late(self, on: dt.date) -> Any:
        """Grievances one of whose clocks ran out before a day."""
        return self.filter(
            Q(state="received", acknowledge_by__lt=on)
            | Q(state__in=("received", "acknowledged", "in_review"), decide_by__lt=on)
            | Q(state="appealed", decide_appeal_by__lt=on)
        )


class LadderQuerySet(models.QuerySet[Any]):
    """What a breach leads to is no secret among members."""

    def visible_to(self, user: Any) -> Any:
        access = scopes.of(user)
        return self if access.person_id or access.roles or access.is_robot else self.none()


class StepQuerySet(LadderQuerySet):
    def in_effect(self, on: dt.date) -> Any:
        """Steps that hold on a day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)


class ViolationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Who handles cases, and who reads all evidence; others see the sanctions that followed."""
        access = scopes.of(user)
        wide = access.scopes("manage_cases").everything or access.scopes("view_evidence").everything
        return self if wide else self.none()


class SanctionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Who handles cases or reads all evidence sees all. Once told: the agency, of its own, and the person."""
        access = scopes.of(user)
        held = access.scopes("view_evidence")
        if access.scopes("manage_cases").everything or held.everything:
            return self
        reach = Q(person_id=access.person_id) if access.person_id else Q(pk__in=[])
        if held:
            reach |= within(held)
        return self.filter(reach).exclude(state__in=DRAFTS)

    def acting(self, on: dt.date) -> Any:
        """Sanctions that act on a day: begun, not over, not held back by an appeal."""
        return self.filter(Q(over_on=None) | Q(over_on__gt=on), began_on__lte=on, held=False)

    def for_list(self) -> Any:
        return self.select_related("organization", "person", "violation__violation_class")


def covering(license: Any = None) -> Q:
    """Sanctions that take this license away, by `OuterRef` when none is given: its own, or its whole agency's."""
    if license is None:
        own = Q(license=OuterRef("pk"))
        agency = Q(license=None, person=None, organization=OuterRef("organization"))
    else:
        own = Q(license=license)
        agency = Q(license=None, person=None, organization=license.organization_id)
    kinds = Q(kind__in=("license_suspension", "license_revocation"))
    return kinds & (own | agency)


def sanctioned_licenses(on: dt.date) -> Any:
    """Living licenses that a sanction takes away on a day."""
    sanctions = apps.get_model("policies", "Sanction").objects.acting(on).filter(covering())
    return apps.get_model("directory", "License").objects.living_on(on).filter(Exists(sanctions))
