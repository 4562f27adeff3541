"""What a user may know of reports."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from hmislead.access import scopes
from hmislead.access.scopes import Scopes
from hmislead.directory.querysets import within

# A report that names people also tells of their papers: whoever opens it may see both.
NAMED_NEEDS = ("view_people", "view_evidence")


def reach(held: Scopes) -> Q:
    """Reports and schedules about the agencies, or about the CoC's share, that lie inside scopes."""
    if held.everything:
        return Q()
    return (Q(organization__isnull=False) & within(held)) | Q(organization=None, coc_id__in=held.cocs)


class ReportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Reports about one's agency, one's CoC's share, or everything. One that names people only for those who may
        see those people and their papers: CoC staff never get a CHO lead's version."""
        access = scopes.of(user)
        held = access.scopes("view_reports")
        if not held:
            return self.none()
        found = self.filter(reach(held))
        for permission in NAMED_NEEDS:
            more = access.scopes(permission)
            if not more.everything:  # an empty Q beside an OR would be dropped, not mean everything
                found = found.filter(Q(names_people=False) | (reach(more) if more else Q(pk__in=[])))
        return found

    def for_list(self) -> Any:
        """What one row of the list shows, in one query."""
        return self.select_related("organization", "coc", "requested_by", "schedule", "pdf", "xlsx", "zip")


class ScheduleQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Schedules of the reports one may see. One for all agencies is the whole implementation's."""
        held = scopes.of(user).scopes("view_reports")
        return self.filter(reach(held)) if held else self.none()

    def for_list(self) -> Any:
        """What one row of the list shows, in one query: `last_period` is the last month it made a report for."""
        rows = self.select_related("organization", "coc", "created_by")
        return rows.annotate(last_period=models.Max("reports__period"))


class FactsQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Nobody reads half-made reports."""
        return self if scopes.of(user).is_robot else self.none()
