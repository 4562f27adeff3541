"""Asking for a report, trying again, opening its files."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction

from hmislead.audit.models import FileAccess
from hmislead.directory.models import CoC, Organization
from hmislead.errors import DomainError
from hmislead.files.models import StoredFile
from hmislead.jobs import operations as jobs
from hmislead.tenancy import settings
from hmislead.tenancy.operations import next_number
from hmislead.web.templatetags.web import long_date
from reporting import policy
from reporting.facts.results import day_of
from reporting.models import NAMELESS, NAMING, OF_COC, Kind, Report

MAKE = "reporting.make"
FORMATS = ("pdf", "xlsx", "zip")


@transaction.atomic
def request_report(
    *,
    kind: str,
    by: Any,
    organization_id: UUID | None = None,
    coc_id: UUID | None = None,
    as_of: dt.date | None = None,
) -> Report:
    """Ask for a report of a day (default today), made in the background on behalf of `by`.

    The kind CHO needs `organization_id`, the kind SANCTIONS may have one; the others take `coc_id` for one CoC's share.
    The kinds of `NAMING` are for those who may see the people in them; of the others those that can name people do so
    only if `by` may see them. Raises DoesNotExist for an agency or CoC out of sight, PermissionDenied, and DomainError
    for a day to come, or one before which nothing was evaluated.
    """
    organization, coc = subject(kind, organization_id, coc_id, by)
    policy.require_request(by, organization=organization, coc=coc)
    require_names(kind, by, organization, coc)
    day = as_of or settings.today()
    require_day(day)
    return make_row(kind, organization, coc, day, by)


def subject(
    kind: str, organization_id: UUID | None, coc_id: UUID | None, by: Any
) -> tuple[Organization | None, CoC | None]:
    """The agency or CoC that a report or schedule is about. Raises DoesNotExist out of sight, DomainError for a
    combination that makes no report."""
    if kind not in Kind.values:
        raise DomainError("Choose one of the kinds of report.")
    if kind in {Kind.CHO, Kind.SANCTIONS} and coc_id is not None:
        raise DomainError("This report is not limited to a CoC.")
    if kind in OF_COC and organization_id is not None:
        raise DomainError("For one agency choose the agency report.")
    organization = Organization.objects.visible_to(by).current().get(pk=organization_id) if organization_id else None
    coc = CoC.objects.visible_to(by).get(pk=coc_id) if coc_id else None
    if kind == Kind.CHO and organization is None:
        raise DomainError("Agency: choose the one the report is about.")
    return organization, coc


def require_names(kind: str, by: Any, organization: Organization | None, coc: CoC | None = None) -> None:
    """Raises PermissionDenied for a report that names people whom `by` may not see."""
    if kind in NAMING and not policy.may_name_people(by, organization=organization, coc=coc):
        raise PermissionDenied(policy.REFUSED)


def require_day(day: dt.date) -> None:
    """Raises DomainError for a day that no report can tell of."""
    if day > settings.today():
        raise DomainError("This day is still to come. Choose today or an earlier day.")
    if day_of(day) is None:
        raise DomainError(f"Nothing was checked on or before {long_date(day)}. Choose a later day.")


def make_row(
    kind: str, organization: Organization | None, coc: CoC | None, day: dt.date, by: Any, **more: Any
) -> Report:
    """A new report and its job. The caller has asked whether `by` may."""
    year = settings.today().year
    report: Report = Report.objects.create(
        number=f"R-{year}-{next_number(f'R-{year}'):03}",
        kind=kind,
        organization=organization,
        coc=coc,
        as_of=day,
        names_people=_names(kind, by, organization, coc),
        requested_by=by,
        **more,
    )
    enqueue(report)
    return report


def _names(kind: str, by: Any, organization: Organization | None, coc: CoC | None) -> bool:
    return kind not in NAMELESS and policy.may_name_people(by, organization=organization, coc=coc)


def enqueue(report: Report) -> None:
    """Claim the work of this attempt once."""
    jobs.enqueue(MAKE, subject_id=report.pk, key=f"report:{report.pk}:{report.attempt}")


@transaction.atomic
def retry_report(*, report_id: UUID, by: Any) -> Report:
    """Make a failed report anew, for the day it was asked for and on behalf of `by`. Raises WrongState otherwise."""
    report: Report = Report.objects.visible_to(by).select_for_update(of=("self",)).get(pk=report_id)
    policy.require_request(by, organization=report.organization, coc=report.coc)
    report.become(
        Report.State.QUEUED,
        attempt=report.attempt + 1,
        progress_done=0,
        failure="",
        finished_at=None,
        requested_by=by,
        names_people=_names(report.kind, by, report.organization, report.coc),
    )
    enqueue(report)
    return report


@transaction.atomic
def open_report(*, report_id: UUID, format: str, by: Any, how: str = "page") -> StoredFile:
    """The file of a finished report, `format` pdf, xlsx or zip; the look is logged. `how` is page or api.

    Whoever may see the report may open it: the report's own `visible_to` is asked, which knows the CoC's share and
    whether people are named. Raises DoesNotExist for a report out of sight, or without that file.
    """
    report = Report.objects.visible_to(by).select_related("pdf", "xlsx", "zip").get(pk=report_id)
    stored = getattr(report, format) if format in FORMATS else None
    if stored is None:
        raise ObjectDoesNotExist
    FileAccess.objects.create(file=stored, user=by if getattr(by, "pk", None) else None, how=how)
    found: StoredFile = stored
    return found
