"""How long the checks of a whole night take, and what they cost beside SQL written by hand.

    bin/manage simulate
    bin/manage shell -c "import benchmarks.nightly; benchmarks.nightly.main()"

Everything is evaluated in every implementation that is there, each in its own transaction as in a night: a first night
for the day before yesterday; ordinary nights for yesterday and today, the one by one process, the other by two that share
it as two workers do; and today again, when nothing has changed. Then one requirement is held against one statement for the
same join, written by hand, and single subjects are re-checked. What the checks find is kept: the second run of this
program has no first night.
Budgets (architecture, section 10): a night of the country under a minute, a re-check under 50 ms.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable

from django.db import connection, transaction

from hmislead.compliance import engine, registry
from hmislead.compliance.models import Change, Status
from hmislead.compliance.registry import Evaluation
from hmislead.directory.models import License
from hmislead.tenancy import context, settings
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation

ROUNDS = 5
RECHECKS = 200
RECHECK_BUDGET = 0.050
REQUIREMENT = "training-privacy"

# What somebody would write who had one requirement and no engine: no waivers, no settings, no sweep of subjects that are
# gone, no record of what changed.
BY_HAND = """
INSERT INTO compliance_status (id, implementation_id, requirement, subject_kind, subject_id, person_id, state, due_on,
    lapses_on, since, note, checked_at)
SELECT gen_random_uuid(), %(implementation)s, 'training-privacy', 'person', id, id,
    CASE WHEN expires_on IS NULL THEN 'not_met' WHEN expires_on < %(day)s THEN 'overdue'
         WHEN expires_on <= %(day)s::date + %(soon)s THEN 'due_soon' ELSE 'met' END,
    expires_on, expires_on + 1, %(day)s, '', now()
FROM (
    SELECT p.id, MAX((c.completed_on + interval '12 months')::date)
        FILTER (WHERE k.topics @> ARRAY['privacy']::varchar[] AND c.completed_on <= %(day)s) AS expires_on
    FROM directory_person p
    LEFT JOIN training_completion c ON c.person_id = p.id
    LEFT JOIN training_course k ON k.id = c.course_id
    WHERE p.merged_into_id IS NULL AND EXISTS (
        SELECT FROM directory_license l WHERE l.person_id = p.id AND l.requested_on <= %(day)s
            AND (l.terminated_on IS NULL OR l.terminated_on > %(day)s))
    GROUP BY p.id
) trained
ON CONFLICT (implementation_id, requirement, subject_id) DO UPDATE SET
    state = EXCLUDED.state, due_on = EXCLUDED.due_on, lapses_on = EXCLUDED.lapses_on, checked_at = now()
WHERE (compliance_status.state, compliance_status.due_on, compliance_status.lapses_on)
    IS DISTINCT FROM (EXCLUDED.state, EXCLUDED.due_on, EXCLUDED.lapses_on)
"""


def main() -> None:
    """Prints seconds, evaluations per second, the ratio, the median of the re-checks, and the most memory."""
    implementations = list(Implementation.objects.exclude(state="closed").order_by("slug"))
    print(f"{platform.machine()}, {len(implementations)} implementations, {len(registry.REQUIREMENTS)} requirements")
    _night("a first one", implementations, ago=2)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE compliance_status, compliance_change, compliance_gate, compliance_tally")
    _night("the next day", implementations, ago=1)
    _night("the next day", implementations, ago=0, workers=2)
    _night("nothing changed", implementations, ago=0)
    _night("nothing changed", implementations, ago=0, workers=2)
    _against_sql(implementations)
    _rechecks(implementations[0])
    print(f"most memory of this process: {most_memory():.0f} MB")


def _night(title: str, implementations: list[Implementation], *, ago: int, workers: int = 1) -> None:
    """Evaluate everything as of so many days ago and print how long it took, with the load of the machine before."""
    load, started = os.getloadavg()[0], time.perf_counter()
    if workers == 1:
        _share(implementations, ago)
    else:
        connection.close()
        connection.close_pool()  # a process that is forked may not use its parent's connections
        fork = multiprocessing.get_context("fork")
        shares = [
            fork.Process(target=_share, args=(implementations[number::workers], ago)) for number in range(workers)
        ]
        for share in shares:
            share.start()
        for share in shares:
            share.join()
            assert share.exitcode == 0, "a share of the night failed"
    seconds = time.perf_counter() - started
    statuses, changes = _written(implementations, ago)
    print(
        f"night, {title}, {workers} at once: {seconds:.1f} s (load before: {load:.1f}), {changes:,} changes that day, "
        f"{statuses / seconds:,.0f} of {statuses:,} evaluations a second",
        flush=True,
    )


def _share(implementations: list[Implementation], ago: int) -> None:
    for implementation in implementations:
        with use(implementation):
            engine.evaluate_all(settings.today() - dt.timedelta(days=ago))


def _written(implementations: list[Implementation], ago: int) -> tuple[int, int]:
    """How many statuses there are, and how many changes were written as of that day."""
    statuses = changes = 0
    for implementation in implementations:
        with use(implementation):
            statuses += Status.objects.count()
            changes += Change.objects.filter(as_of=settings.today() - dt.timedelta(days=ago)).count()
    return statuses, changes


def _against_sql(implementations: list[Implementation]) -> None:
    """One requirement, nothing changed, by the engine and by hand. They take turns: a busy moment hits both alike."""
    ways: dict[str, Callable[[], int]] = {"by the engine": _by_engine, "by hand": _by_hand}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            started = time.perf_counter()
            for implementation in implementations:
                with use(implementation):
                    assert way() == 0, f"{name} found something else than the night before it"
            taken[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    for name, seconds in medians.items():
        print(f"{REQUIREMENT} everywhere, {name}: {seconds:.2f} s")
    print(f"ratio: {medians['by the engine'] / medians['by hand']:.2f}")


def _by_engine() -> int:
    return engine.evaluate(registry.REQUIREMENTS[REQUIREMENT], Evaluation(as_of=settings.today()))


def _by_hand() -> int:
    day = settings.today()
    values = {"implementation": context.current().pk, "day": day, "soon": Evaluation(as_of=day).due_soon_days}
    with connection.cursor() as cursor:
        cursor.execute(BY_HAND, values)
        return cursor.rowcount


def _rechecks(implementation: Implementation) -> None:
    """Single licenses with their people, as after a change of their evidence."""
    seconds = []
    with use(implementation):
        chosen = list(License.objects.exclude(state="terminated").order_by("pk")[:RECHECKS])
        for license_ in chosen:
            started = time.perf_counter()
            with transaction.atomic():
                engine.recheck(licenses=[license_.pk])
            seconds.append(time.perf_counter() - started)
    ordered = sorted(seconds)
    print(
        f"re-check of one license in {implementation.slug}: {statistics.median(seconds) * 1000:.1f} ms in the middle, "
        f"{ordered[int(len(ordered) * 0.95)] * 1000:.1f} ms for 95 in 100 (budget {RECHECK_BUDGET * 1000:.0f} ms)"
    )


def most_memory() -> float:
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
