"""Making a report, one unit at a time: collect its facts, draw the PDF, write the workbook, pack what belongs to it.

Each unit is one transaction of the job's worker. A worker that is killed leaves the units it finished; the next one
does the rest, from the same facts.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.utils import timezone

from hmislead.access import scopes
from hmislead.errors import DomainError
from hmislead.files.models import StoredFile
from hmislead.files.operations import store_file
from hmislead.notices import operations as notices
from hmislead.tenancy import context
from reporting import documents, policy, workbooks
from reporting.facts import acknowledgements, agency, copies, coverage, governing, implementation, sanctions
from reporting.facts.results import Day, day_of
from reporting.models import NAMELESS, NAMING, Kind, Report, ReportFacts

NO_LONGER = (
    "The person on whose behalf this report is made may not make it any more. Nothing was made. "
    "Somebody who may can ask for it anew."
)
MAX_BYTES = 500 * 1024 * 1024


def step(report_id: UUID) -> bool:
    """Do the next unit of a report. Returns True while there are more. Raises DomainError to give it up."""
    report = Report.objects.select_for_update(of=("self",)).get(pk=report_id)
    if not report.is_under_way:
        return False
    if report.state == Report.State.QUEUED:
        report.become(Report.State.RUNNING, progress_total=len(report.units))
    with timezone.override(context.current().zone):
        _UNITS[report.units[report.progress_done]](report)
    report.progress_done += 1
    if report.progress_done < len(report.units):
        report.save(update_fields=["progress_done", "pdf", "xlsx", "zip", "updated_at"])
        return True
    ReportFacts.objects.filter(report=report).delete()
    report.become(
        Report.State.DONE,
        progress_done=report.progress_done,
        xlsx=report.xlsx,
        zip=report.zip,
        finished_at=timezone.now(),
    )
    _tell(report, f"Report {report.number} is ready.")
    return False


def fail(report_id: UUID, sentence: str) -> None:
    """The job gave the report up: say why, and keep nothing of it."""
    report = Report.objects.select_for_update(of=("self",)).get(pk=report_id)
    if not report.is_under_way:
        return
    ReportFacts.objects.filter(report=report).delete()
    report.become(
        Report.State.FAILED, failure=sentence[:300], finished_at=timezone.now(), pdf=None, xlsx=None, zip=None
    )
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
    if report.kind in NAMING and not named:
        raise DomainError(NO_LONGER)
    if report.kind == Kind.CHO:
        assert report.organization is not None  # kept so by `operations.reports.subject`
        return agency.collect(report.organization, day, by=by, named=named)
    if report.kind == Kind.SANCTIONS:
        return sanctions.collect(report.organization, day, by=by)
    if report.kind in NAMELESS | {Kind.COPIES}:
        return _OF_DOCUMENTS[report.kind](report.coc, day, by=by)
    return _OF_EVERYBODY[report.kind](report.coc, day, by=by, named=named)


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
    report.pdf = _store(report, ContentFile(content), "pdf")


def _write_workbook(report: Report) -> None:
    content = workbooks.xlsx_of(report.kind, _held(report))
    report.xlsx = _store(report, ContentFile(content), "xlsx")


def _held(report: Report) -> dict[str, Any]:
    held: dict[str, Any] = ReportFacts.objects.get(report=report).facts
    return held


def _pack(report: Report) -> None:
    """Put the copies into one file, as they are: joined or changed, their seals would break."""
    files = _held(report)["files"]
    assert report.pdf is not None  # the unit before drew it
    stored = StoredFile.objects.in_bulk(pk for pk, _ in files)
    with tempfile.TemporaryFile() as space:
        with zipfile.ZipFile(space, "w", zipfile.ZIP_DEFLATED) as pack:
            pack.writestr("index.pdf", report.pdf.content.open().read())
            for pk, name in files:
                with stored[UUID(pk)].content.open() as copy, pack.open(name, "w") as place:
                    shutil.copyfileobj(copy, place)
        report.zip = _store(report, File(space), "zip")


def _store(report: Report, file: File, extension: str) -> StoredFile:
    """Keep a file so that no door of its own is wider than the report's."""
    return store_file(
        file=file,
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
    Kind.COVERAGE: "agreement-coverage",
    Kind.CLAUSES: "clause-completeness",
    Kind.REVIEWS: "review-record",
    Kind.CROSS_REFERENCE: "cross-reference",
    Kind.ACKNOWLEDGEMENTS: "acknowledgement-status",
    Kind.COPIES: "executed-copies",
}
_OF_DOCUMENTS: dict[str, Callable[..., dict[str, Any]]] = {
    Kind.CLAUSES: governing.collect_clauses,
    Kind.REVIEWS: governing.collect_reviews,
    Kind.CROSS_REFERENCE: governing.collect_cross_reference,
    Kind.COPIES: copies.collect,
}
_OF_EVERYBODY: dict[str, Callable[..., dict[str, Any]]] = {
    Kind.IMPLEMENTATION: implementation.collect,
    Kind.COVERAGE: coverage.collect,
    Kind.ACKNOWLEDGEMENTS: acknowledgements.collect,
}
_UNITS = {"collect": _collect, "pdf": _draw_pdf, "xlsx": _write_workbook, "zip": _pack}
