"""Making a report, one unit at a time: collect its facts, draw the PDF, write the workbook.

Each unit is one transaction of the job's worker. A worker that is killed leaves the units it finished; the next one
does the rest, from the same facts.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils import timezone

from hmislead.access import scopes
from hmislead.errors import DomainError
from hmislead.files.models import StoredFile
from hmislead.files.operations import store_file
from hmislead.notices import operations as notices
from hmislead.tenancy import context
from reporting import documents, policy, workbooks
from reporting.facts import agency, implementation, sanctions
from reporting.facts.results import Day, day_of
from reporting.models import Kind, Report, ReportFacts

NO_LONGER = (
    "The person on whose behalf this report is made may not make it any more. Nothing was made. "
    "Somebody who may can ask for it anew."
)
MAX_BYTES = 100 * 1024 * 1024


def step(report_id: UUID) -> bool:
    """Do the next unit of a report. Returns True while there are more. Raises DomainError to give it up."""
    report = Report.objects.select_for_update(of=("self",)).get(pk=report_id)
    if not report.is_under_way:
        return False
    if report.state == Report.State.QUEUED:
        report.become(Report.State.RUNNING, progress_total=len(Report.UNITS))
    with timezone.override(context.current().zone):
        _UNITS[Report.UNITS[report.progress_done]](report)
    report.progress_done += 1
    if report.progress_done < len(Report.UNITS):
        report.save(update_fields=["progress_done", "pdf", "xlsx", "updated_at"])
        return True
    ReportFacts.objects.filter(report=report).delete()
    report.become(Report.State.DONE, progress_done=report.progress_done, xlsx=report.xlsx, finished_at=timezone.now())
    _tell(report, f"Report {report.number} is ready.")
    return False


def fail(report_id: UUID, sentence: str) -> None:
    """The job gave the report up: say why, and keep nothing of it."""
    report = Report.objects.select_for_update(of=("self",)).get(pk=report_id)
    if not report.is_under_way:
        return
    ReportFacts.objects.filter(report=report).delete()
    report.become(Report.State.FAILED, failure=sentence[:300], finished_at=timezone.now(), pdf=None, xlsx=None)
    _tell(report, f"Report {report.number} could not be made.")


def _collect(report: Report) -> None:
    by = _actor(report)
    day = day_of(report.as_of)
    if day is None:
        raise DomainError("Nothing was checked on or before this day. Choose a later day.")
    named = report.names_people and policy.may_name_people(by, organization=report.organization, coc=report.coc)
    facts = _facts(report, day, by, named)
    facts["head"] = {
        "number": report.number,
        "as_of": report.as_of,
        "recorded": day.recorded,
        "asked_by": _asked_by(report),
    }
    ReportFacts.objects.update_or_create(report=report, defaults={"facts": facts})


def _facts(report: Report, day: Day, by: Any, named: bool) -> dict[str, Any]:
    if report.kind == Kind.CHO:
        assert report.organization is not None  # kept so by `operations.reports.subject`
        return agency.collect(report.organization, day, by=by, named=named)
    if report.kind == Kind.SANCTIONS:
        if not named:
            raise DomainError(NO_LONGER)
        return sanctions.collect(report.organization, day, by=by)
    return implementation.collect(report.coc, day, by=by, named=named)


def _actor(report: Report) -> Any:
    """On whose behalf it is made: their rights count as they are now, not as they were when they asked."""
    by = report.requested_by
    if by is None or not policy.may_request(by, organization=report.organization, coc=report.coc):
        raise DomainError(NO_LONGER)
    return by


def _asked_by(report: Report) -> str:
    name = (report.requested_by and (report.requested_by.name or report.requested_by.email)) or "–"
    return f"{name}, monthly" if report.schedule_id else name


def _draw_pdf(report: Report) -> None:
    content = documents.pdf_of(report.kind, _held(report))
    report.pdf = _store(report, content, "pdf")


def _write_workbook(report: Report) -> None:
    content = workbooks.xlsx_of(report.kind, _held(report))
    report.xlsx = _store(report, content, "xlsx")


def _held(report: Report) -> dict[str, Any]:
    held: dict[str, Any] = ReportFacts.objects.get(report=report).facts
    return held


def _store(report: Report, content: bytes, extension: str) -> StoredFile:
    """Keep a file so that no door of its own is wider than the report's."""
    return store_file(
        file=ContentFile(content),
        name=f"{report.number}-{_FILES[Kind(report.kind)]}.{extension}",
        permission="view_evidence" if report.names_people else "view_reports",
        organization=report.organization,
        coc=report.coc,
        by=scopes.ROBOT,
        allowed={extension},
        max_bytes=MAX_BYTES,
    )


def _tell(report: Report, sentence: str) -> None:
    if report.requested_by is not None:
        notices.notify(
            type="report_ready",
            recipients=[report.requested_by],
            sentence=sentence,
            path=report.get_absolute_url(),
            key=f"report:{report.pk}:{report.attempt}",
        )


_FILES = {
    Kind.CHO: "agency-compliance",
    Kind.IMPLEMENTATION: "implementation-compliance",
    Kind.SANCTIONS: "sanction-register",
}
_UNITS = {"collect": _collect, "pdf": _draw_pdf, "xlsx": _write_workbook}
