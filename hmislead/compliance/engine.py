"""The engine: each requirement becomes one statement that compares what holds with what was written, and writes what differs.

The same statement writes every change to `Change` and sweeps subjects that are gone, so a day can be shown later as it
was recorded. Rows that stay as they are are only read: writing, or trying to, costs most of a night. Nothing here loops
over subjects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.db.models import QuerySet
from psycopg.types.json import Jsonb

from hmislead.compliance import registry
from hmislead.compliance.moving_day import MovingDay, moved
from hmislead.compliance.registry import Evaluation, Requirement, Written
from hmislead.tenancy import context, settings

# Which scoping columns a subject's own row gives: (organization, coc, person, license), as SQL over the subselect.
SCOPE_COLUMNS = {
    "implementation": ("NULL::uuid", "NULL::uuid", "NULL::uuid", "NULL::uuid"),
    "coc": ("NULL::uuid", "s.id", "NULL::uuid", "NULL::uuid"),
    "organization": ("s.id", "NULL::uuid", "NULL::uuid", "NULL::uuid"),
    "person": ("NULL::uuid", "NULL::uuid", "s.id", "NULL::uuid"),
    "license": ("s.organization_id", "NULL::uuid", "s.person_id", "s.id"),
}
ANSWER = ("id", "result", "due_on", "lapses_on", "note")

STATEMENT = """
WITH waived AS MATERIALIZED (
    SELECT DISTINCT ON (subject_id) subject_id, kind, ends_on, reason FROM compliance_waiver
    WHERE implementation_id = %(implementation)s AND requirement = %(requirement)s
      AND starts_on <= %(as_of)s AND (ends_on IS NULL OR ends_on >= %(as_of)s)
      AND (withdrawn_on IS NULL OR withdrawn_on > %(as_of)s)
    ORDER BY subject_id, starts_on DESC, id DESC
), evaluated AS MATERIALIZED (
    SELECT s.id AS subject_id, {organization} AS organization_id, {coc} AS coc_id, {person} AS person_id,
           {license} AS license_id,
           COALESCE(w.kind, s.result) AS state,
           CASE WHEN w.kind IS NULL THEN s.due_on::date ELSE w.ends_on END AS due_on,
           CASE WHEN w.kind IS NULL THEN s.lapses_on::date ELSE w.ends_on + 1 END AS lapses_on,
           LEFT(COALESCE(w.reason, s.note, ''), 300) AS note
    FROM (SELECT * FROM ({subjects}) every {only_subjects}) s
    LEFT JOIN waived w ON w.subject_id = s.id
), before AS MATERIALIZED (
    SELECT * FROM compliance_status
    WHERE implementation_id = %(implementation)s AND requirement = %(requirement)s {only_status}
), differing AS MATERIALIZED (
    SELECT e.subject_id, e.organization_id, e.coc_id, e.person_id, e.license_id, e.state, e.due_on, e.lapses_on, e.note,
           b.id AS before_id, b.subject_id AS old_subject_id, b.organization_id AS old_organization_id,
           b.coc_id AS old_coc_id, b.person_id AS old_person_id, b.license_id AS old_license_id, b.state AS old_state,
           b.due_on AS old_due_on
    FROM evaluated e FULL JOIN before b ON b.subject_id = e.subject_id
    WHERE (b.state, b.due_on, b.lapses_on, b.note, b.organization_id, b.person_id)
        IS DISTINCT FROM (e.state, e.due_on, e.lapses_on, e.note, e.organization_id, e.person_id)
), written AS (
    INSERT INTO compliance_status (id, implementation_id, requirement, subject_kind, subject_id, organization_id, coc_id,
        person_id, license_id, state, due_on, lapses_on, since, note, checked_at)
    SELECT gen_random_uuid(), %(implementation)s, %(requirement)s, %(kind)s, subject_id, organization_id, coc_id,
        person_id, license_id, state, due_on, lapses_on, %(as_of)s, note, now()
    FROM differing WHERE subject_id IS NOT NULL
    ON CONFLICT (implementation_id, requirement, subject_id) DO UPDATE SET
        state = EXCLUDED.state, due_on = EXCLUDED.due_on, lapses_on = EXCLUDED.lapses_on, note = EXCLUDED.note,
        organization_id = EXCLUDED.organization_id, person_id = EXCLUDED.person_id, checked_at = now(),
        since = CASE WHEN compliance_status.state = EXCLUDED.state THEN compliance_status.since ELSE EXCLUDED.since END
), swept AS (
    DELETE FROM compliance_status
    WHERE id = ANY(ARRAY(SELECT before_id FROM differing WHERE subject_id IS NULL))
)
INSERT INTO compliance_change (id, implementation_id, requirement, subject_kind, subject_id, organization_id, coc_id,
    person_id, license_id, old_state, new_state, due_on, note, as_of, run_id, recorded_at)
SELECT gen_random_uuid(), %(implementation)s, %(requirement)s, %(kind)s, COALESCE(subject_id, old_subject_id),
    COALESCE(organization_id, old_organization_id), COALESCE(coc_id, old_coc_id), COALESCE(person_id, old_person_id),
    COALESCE(license_id, old_license_id), COALESCE(old_state, ''), COALESCE(state, ''), due_on, COALESCE(note, ''),
    %(as_of)s, %(run)s, clock_timestamp()
FROM differing
WHERE old_state IS DISTINCT FROM state OR old_due_on IS DISTINCT FROM due_on
"""


def evaluate(
    requirement: Requirement, evaluation: Evaluation, *, run_id: UUID | None = None, only: Iterable[UUID] | None = None
) -> int:
    """Evaluate one requirement for the current implementation, or for `only` these subjects of it.

    Returns the number of changes written. Runs in the caller's transaction.
    """
    ids = None if only is None else list(only)
    sql, params = _subselect(requirement, evaluation)
    organization, coc, person, license_ = SCOPE_COLUMNS[requirement.subject]
    statement = STATEMENT.format(
        subjects=sql,
        organization=organization,
        coc=coc,
        person=person,
        license=license_,
        only_subjects="" if ids is None else "WHERE every.id = ANY(%(only)s)",
        only_status="" if ids is None else "AND subject_id = ANY(%(only)s)",
    )
    values = {
        "implementation": context.current().pk,
        "requirement": requirement.code,
        "kind": requirement.subject,
        "as_of": evaluation.as_of,
        "run": run_id,
        "only": ids,
        **params,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


Subselect = tuple[str, dict[str, Any]]

# Django takes longer to write a requirement's SQL than PostgreSQL to answer it for one subject. None: of every day.
# What is asked of an implementation names it in its SQL, which is then kept for each.
_written: dict[tuple[Requirement, dt.date | None, str, UUID | None], Subselect] = {}
MOST_WRITTEN = 3000
SINGLE = (str, int, Decimal, dt.date, UUID, type(None))


def _subselect(requirement: Requirement, evaluation: Evaluation) -> Subselect:
    """The requirement's own SELECT, written once for each set of settings, or for each day where the day shapes it.

    What reads rows while it is written (the day of the last roster) belongs to this moment alone and is not kept.
    """
    tenant = context.current().pk if requirement.subject == "implementation" else None
    for day in (None, evaluation.as_of):
        if written := _written.get((requirement, day, evaluation.fingerprint, tenant)):
            return written[0], moved(written[1], evaluation.as_of)
    reads = 0

    def count(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal reads
        reads += 1
        return execute(*args)

    as_of = MovingDay.starting(evaluation.as_of)
    with connection.execute_wrapper(count):
        sql, values = _write(requirement, requirement.evaluate(replace(evaluation, as_of=as_of)))
    if not reads:
        if len(_written) >= MOST_WRITTEN:
            _written.clear()
        of_every_day = not as_of.looked and all(_can_be_moved(value) for value in values.values())
        _written[requirement, None if of_every_day else evaluation.as_of, evaluation.fingerprint, tenant] = sql, values
    return sql, moved(values, evaluation.as_of)


def _can_be_moved(value: Any) -> bool:
    """Whether `moved` can give the value another day, or it has none. A day inside a list or JSON would stay."""
    if isinstance(value, Jsonb):
        return all(isinstance(each, str) for each in (value.obj if isinstance(value.obj, list) else [value.obj]))
    return isinstance(value, SINGLE)


def _write(requirement: Requirement, subjects: QuerySet[Any] | Written) -> Subselect:
    """A SELECT with named parameters, so that it can stand inside the statement."""
    if isinstance(subjects, Written):
        return subjects.sql, subjects.values
    columns = [*ANSWER, "organization_id", "person_id"] if requirement.subject == "license" else list(ANSWER)
    if requirement.subject == "implementation":
        subjects = subjects.filter(pk=context.current().pk)  # the one subject table that no policy guards
    sql, values = subjects.order_by().values(*columns).query.sql_with_params()
    names = [f"q{position}" for position in range(len(values))]
    return sql % tuple(f"%({name})s" for name in names), dict(zip(names, values, strict=True))


_paused: ContextVar[bool] = ContextVar("rechecks_paused", default=False)


@contextmanager
def paused() -> Iterator[None]:
    """Leave re-checks out while a great many facts are loaded: the evaluation of everything that follows makes up for it."""
    token = _paused.set(True)
    try:
        yield
    finally:
        _paused.reset(token)


def is_paused() -> bool:
    """Whether re-checks are left out just now."""
    return _paused.get()


def recheck(
    *,
    licenses: Iterable[UUID] = (),
    people: Iterable[UUID] = (),
    organizations: Iterable[UUID] = (),
    cocs: Iterable[UUID] = (),
    implementation: bool = False,
) -> int:
    """Re-check these subjects at once, in the caller's transaction, and the access gate of every license they touch.

    A person brings their licenses along, a license its person. Returns the number of changes.
    """
    from hmislead.compliance import gate

    if is_paused():
        return 0
    license_model = apps.get_model("directory", "License")
    person_ids, license_ids = set(people), set(licenses)
    if license_ids:
        person_ids |= set(license_model.objects.filter(pk__in=license_ids).values_list("person_id", flat=True))
    if person_ids:
        license_ids |= set(license_model.objects.filter(person_id__in=person_ids).values_list("pk", flat=True))
    only: dict[str, set[UUID]] = {
        "license": license_ids,
        "person": person_ids,
        "organization": set(organizations),
        "coc": set(cocs),
        "implementation": {context.current().pk} if implementation else set(),
    }
    evaluation = Evaluation(as_of=settings.today())
    wanted = [requirement for requirement in registry.ordered() if only[requirement.subject]]
    changed = sum(evaluate(requirement, evaluation, only=only[requirement.subject]) for requirement in wanted)
    gate.refresh(licenses=license_ids, organizations=set(organizations))
    return changed


@transaction.atomic
def evaluate_all(as_of: dt.date, *, run_id: UUID | None = None) -> int:
    """Every requirement, the gate and the day's tallies, in one transaction. Returns the number of changes."""
    evaluation = Evaluation(as_of=as_of)
    defer_nothing()
    changed = sum(evaluate(requirement, evaluation, run_id=run_id) for requirement in registry.ordered())
    finish_day(as_of, changed=changed)
    return changed


# More changes than this, and the planner no longer knows the table: a first night of 4,000 licenses took half a minute.
MANY_CHANGES = 5_000


def finish_day(as_of: dt.date, *, changed: int = 0) -> None:
    """What follows the last requirement of a run: the gate of every license, and the day's tallies.

    `changed` says how many changes the run has written.
    """
    from hmislead.compliance import gate, tallies

    if changed > MANY_CHANGES:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE compliance_status")
    gate.refresh_all()
    tallies.record(as_of)


READY = """
SELECT set_config('pgtrigger.ignore', coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{}'), true)
"""


def defer_nothing() -> None:
    """Make this transaction ready for many rows: keys are checked at once, history triggers do not stumble.

    Deferred checks of large set-based writes cost quadratic time with history triggers. And each history trigger asks
    which triggers to pass over: while nobody has said, PostgreSQL raises and catches an error for every row, which takes
    ten times as long as writing the event; saying "none" answers it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(READY)
