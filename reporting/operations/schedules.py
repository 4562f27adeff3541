"""Reports made every month: setting them up, pausing them, and starting those whose day has come."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from hmislead.directory.models import Organization
from hmislead.errors import DomainError
from hmislead.jobs import operations as jobs
from hmislead.tenancy import settings
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Implementation
from reporting import policy
from reporting.models import Kind, Report, ReportSchedule
from reporting.operations.reports import make_row, require_names, subject

START = "reporting.start_month"
TAKEN = "This report is made every month already. Change its day there, or resume it if it is paused."

# The implementations whose night is over today in their own zone, and whose schedules nobody has looked at today: each
# is crossed into once a local day, however often the scheduler asks.
DUE = """
SELECT i.id, (now() AT TIME ZONE i.timezone)::date
FROM tenancy_implementation i
JOIN jobs_job night ON night.key = 'night:' || i.id || ':' || (now() AT TIME ZONE i.timezone)::date
    AND night.state IN ('done', 'failed')
WHERE i.state <> 'closed'
  AND NOT EXISTS (SELECT FROM jobs_job j WHERE j.key = 'reports:' || i.id || ':' || (now() AT TIME ZONE i.timezone)::date)
"""


@transaction.atomic
def create_schedule(
    *, kind: str, day_of_month: int, by: Any, organization_id: UUID | None = None, coc_id: UUID | None = None
) -> ReportSchedule:
    """Have a report made every month on a day (1 to 28), from the next such day on and on behalf of `by`.

    The kind CHO without `organization_id` makes one for every agency; only who may do so everywhere sets that up.
    Raises PermissionDenied, DoesNotExist out of sight, and DomainError for what exists already.
    """
    every_agency = kind == Kind.CHO and organization_id is None and coc_id is None
    organization, coc = (None, None) if every_agency else subject(kind, organization_id, coc_id, by)
    policy.require_request(by, organization=organization, coc=coc)
    require_names(kind, by, organization)
    require_day_of_month(day_of_month)
    if ReportSchedule.objects.filter(kind=kind, organization=organization, coc=coc).exists():
        raise DomainError(TAKEN)
    return ReportSchedule.objects.create(
        kind=kind,
        organization=organization,
        coc=coc,
        day_of_month=day_of_month,
        runs_from=settings.today(),
        created_by=by,
    )


@transaction.atomic
def change_day(*, schedule_id: UUID, day_of_month: int, by: Any) -> ReportSchedule:
    """Move a schedule to another day of the month. A month whose new day is over already is not made up for."""
    schedule = _locked(schedule_id, by)
    require_day_of_month(day_of_month)
    schedule.day_of_month, schedule.runs_from = day_of_month, settings.today()
    schedule.save(update_fields=["day_of_month", "runs_from", "updated_at"])
    return schedule


@transaction.atomic
def pause_schedule(*, schedule_id: UUID, by: Any) -> ReportSchedule:
    """Make no more reports until it is resumed. Raises DomainError for one that is paused."""
    schedule = _locked(schedule_id, by)
    if not schedule.active:
        raise DomainError("This schedule is paused already.")
    schedule.active = False
    schedule.save(update_fields=["active", "updated_at"])
    return schedule


@transaction.atomic
def resume_schedule(*, schedule_id: UUID, by: Any) -> ReportSchedule:
    """Go on from the next day it falls on, from now on in the name of `by`. Raises DomainError unless it is paused."""
    schedule = _locked(schedule_id, by)
    if schedule.active:
        raise DomainError("This schedule is running already.")
    schedule.active, schedule.runs_from, schedule.created_by = True, settings.today(), by
    schedule.save(update_fields=["active", "runs_from", "created_by", "updated_at"])
    return schedule


@transaction.atomic
def remove_schedule(*, schedule_id: UUID, by: Any) -> None:
    """End a schedule. The reports it made stay."""
    _locked(schedule_id, by).delete()


def require_day_of_month(day: int) -> None:
    """Raises DomainError for a day that not every month has."""
    if not 1 <= day <= 28:
        raise DomainError("Day of the month: give a number from 1 to 28, since every month has those days.")


def _locked(schedule_id: UUID, by: Any) -> ReportSchedule:
    schedule: ReportSchedule = ReportSchedule.objects.visible_to(by).select_for_update(of=("self",)).get(pk=schedule_id)
    policy.require_request(by, organization=schedule.organization, coc=schedule.coc)
    return schedule


def start_due_reports() -> int:
    """Look at the schedules of every implementation whose night is over, once a local day. Returns how many were due
    for a look; the reports themselves start in `start_month`, one job each."""
    with connection.cursor() as cursor:
        cursor.execute(DUE)
        due = cursor.fetchall()
    for implementation_id, local_date in due:
        implementation = Implementation.objects.get(pk=implementation_id)
        with cross_into(implementation, why=f"scheduled reports of {local_date}"):
            jobs.enqueue(START, subject_id=implementation.pk, key=f"reports:{implementation.pk}:{local_date}")
    return len(due)


def start_month(subject_id: UUID) -> bool:
    """A job's unit: start the next schedule of the current implementation that is due and was not started this month.
    Returns True while there may be more."""
    today = settings.today()
    period = today.replace(day=1)
    for schedule in ReportSchedule.objects.filter(active=True, day_of_month__lte=today.day).order_by("pk"):
        if period.replace(day=schedule.day_of_month) >= schedule.runs_from and start_schedule(schedule, period, today):
            return True
    return False


def start_schedule(schedule: ReportSchedule, period: dt.date, today: dt.date) -> int:
    """Ask for the reports of one schedule for one month that are not there yet. Returns how many were asked for."""
    wanted = _agencies(schedule) if schedule.kind == Kind.CHO else [None]
    there = set(Report.objects.filter(schedule=schedule, period=period).values_list("organization_id", flat=True))
    missing = [each for each in wanted if (each.pk if each else None) not in there]
    for organization in missing:
        make_row(
            schedule.kind, organization, schedule.coc, today, schedule.created_by, schedule=schedule, period=period
        )
    return len(missing)


def _agencies(schedule: ReportSchedule) -> list[Organization]:
    standing = Organization.objects.current()
    if schedule.organization_id:
        return list(standing.filter(pk=schedule.organization_id))
    return list(standing.chos(settings.today()))


def fail_month(subject_id: UUID, sentence: str) -> None:
    """Nothing is kept of a month that could not be started: the next day's look starts it."""


def next_day(schedule: Any) -> dt.date | None:
    """The next day on which a schedule (from `for_list`) makes its report; None while it is paused."""
    if not schedule.active:
        return None
    today = settings.today()
    month = today.replace(day=1)
    this = today.replace(day=schedule.day_of_month)
    if this >= max(today, schedule.runs_from) and schedule.last_period != month:
        return this
    return (month + dt.timedelta(days=32)).replace(day=schedule.day_of_month)
