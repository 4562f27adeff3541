"""The access gate: may this license use the HMIS, why not, and until when.

It is nothing but the blocking requirements registered for a license: of the license itself, its person and its agency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from hmislead.access.scopes import Access
from hmislead.compliance import registry
from hmislead.compliance.models import FAILING, Gate
from hmislead.tenancy import context

STATEMENT = """
WITH living AS MATERIALIZED (
    SELECT l.id, l.person_id, l.organization_id FROM directory_license l
    WHERE l.implementation_id = %(implementation)s AND l.state <> 'terminated' {only}
), about AS (
    SELECT id AS license_id, id AS subject_id FROM living
    UNION ALL SELECT id, person_id FROM living
    UNION ALL SELECT id, organization_id FROM living
), answers AS MATERIALIZED (
    SELECT a.license_id,
           COUNT(s.id) FILTER (WHERE s.state = ANY(%(failing)s)) = 0 AS is_open,
           COALESCE(jsonb_agg(jsonb_build_object(
               'requirement', s.requirement, 'state', s.state, 'due_on', s.due_on, 'note', s.note,
               'subject_kind', s.subject_kind, 'subject_id', s.subject_id)
               ORDER BY s.requirement) FILTER (WHERE s.state = ANY(%(failing)s)), '[]') AS reasons,
           MIN(s.lapses_on) FILTER (WHERE s.state <> ALL(%(failing)s)) AS lapses_on
    FROM about a
    LEFT JOIN compliance_status s ON s.implementation_id = %(implementation)s AND s.requirement = ANY(%(blocking)s)
        AND s.subject_id = a.subject_id
    GROUP BY a.license_id
), gone AS (
    DELETE FROM compliance_gate g USING directory_license l
    WHERE g.license_id = l.id AND g.implementation_id = %(implementation)s AND l.implementation_id = %(implementation)s
      AND l.state = 'terminated' {only}
)
INSERT INTO compliance_gate (id, implementation_id, license_id, is_open, reasons, lapses_on, checked_at, created_at, updated_at)
SELECT gen_random_uuid(), %(implementation)s, a.license_id, a.is_open, a.reasons, CASE WHEN a.is_open THEN a.lapses_on END,
    now(), now(), now()
FROM answers a
LEFT JOIN compliance_gate b ON b.implementation_id = %(implementation)s AND b.license_id = a.license_id
WHERE (b.is_open, b.reasons, b.lapses_on)
    IS DISTINCT FROM (a.is_open, a.reasons, CASE WHEN a.is_open THEN a.lapses_on END)
ON CONFLICT (implementation_id, license_id) DO UPDATE SET
    is_open = EXCLUDED.is_open, reasons = EXCLUDED.reasons, lapses_on = EXCLUDED.lapses_on, checked_at = now(),
    updated_at = now()
"""


@dataclass(frozen=True)
class Reason:
    """One thing that shuts the gate, with the page and the verb that put it right, or what a reader can do there."""

    title: str
    plain: str  # the title in the words of agencies and users
    state: str
    note: str
    fix: str
    url: str
    due_on: dt.date | None


@dataclass(frozen=True)
class GateAnswer:
    """`lapses_on` is the first day on which an open gate closes if nothing is done."""

    is_open: bool
    reasons: list[Reason]
    lapses_on: dt.date | None


def refresh_all() -> None:
    """Answer anew for every living license of the current implementation, in one statement."""
    _execute("", {})


def refresh(*, licenses: Iterable[UUID] = (), organizations: Iterable[UUID] = ()) -> None:
    """Answer anew for these licenses, and for all licenses at these organizations."""
    wanted, at = list(licenses), list(organizations)
    if wanted or at:
        only = "AND (l.id = ANY(%(licenses)s) OR l.organization_id = ANY(%(organizations)s))"
        _execute(only, {"licenses": wanted, "organizations": at})


def check(license: Any, *, reader: Access | None = None) -> GateAnswer:
    """The gate's answer for a license as last computed; shut, with no reason, when it was never computed."""
    row = Gate.objects.filter(license_id=license.pk).first()
    return answer_of(row, reader=reader) if row else GateAnswer(is_open=False, reasons=[], lapses_on=None)


def answer_of(row: Gate, *, reader: Access | None = None) -> GateAnswer:
    """A stored answer with its reasons in words and links: those that put it right, or what `reader` can do there."""
    slug = context.current().slug
    return GateAnswer(
        is_open=row.is_open,
        reasons=[
            _reason(slug, entry, reader) for entry in row.reasons if entry["requirement"] in registry.REQUIREMENTS
        ],
        lapses_on=row.lapses_on,
    )


def shut_gates() -> Any:
    """Active licenses whose gate is shut: those that a block suspends, or asks about."""
    return apps.get_model("directory", "License").objects.filter(state="active", gates__is_open=False)


def _reason(slug: str, entry: dict[str, Any], reader: Access | None) -> Reason:
    requirement = registry.REQUIREMENTS[entry["requirement"]]
    subject_id = UUID(entry["subject_id"])
    fix, url = (
        requirement.lead(reader, slug, subject_id) if reader else (requirement.fix, requirement.link(slug, subject_id))
    )
    due = entry.get("due_on")
    return Reason(
        title=requirement.title,
        plain=requirement.for_agencies,
        state=entry["state"],
        note=entry.get("note", ""),
        fix=fix,
        url=url,
        due_on=dt.date.fromisoformat(due) if due else None,
    )


def _execute(only: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENT.format(only=only),
            {
                "implementation": context.current().pk,
                "failing": [str(state) for state in FAILING],
                "blocking": registry.blocking(),
                **values,
            },
        )
