"""Reports: the list, asking for one, one with its progress and files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from hmislead.access.pages import page
from hmislead.audit.timeline import timeline
from hmislead.files.views import as_download
from hmislead.tenancy.models import as_uuid
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list
from reporting import policy
from reporting.forms import ReportForm
from reporting.lists import REPORTS, address
from reporting.models import Kind, Report
from reporting.operations import reports


@page("view_reports")
def report_list(request: Any) -> HttpResponse:
    """The reports the reader may open."""
    return render_list(request, REPORTS, Report.objects.visible_to(request.user).for_list())


@page("request_reports")
def report_new(request: Any) -> HttpResponseBase:
    """Ask for a report. `?kind=` and `?organization=` are chosen beforehand."""
    about = FormPage(
        "Make a report",
        "Make report",
        address("report-list"),
        "It is made in the background, as PDF and as a workbook. You are told when it is ready.",
        crumbs=[("Reports", address("report-list"))],
    )

    def act(data: dict[str, Any]) -> tuple[str, str]:
        report = reports.request_report(by=request.user, **form.asked())
        return report.get_absolute_url(), f"Report {report} is being made. You can leave this page."

    form = ReportForm(request.POST or None, by=request.user, initial=chosen(request))
    return answer_sent(request, form, about, act)


def chosen(request: Any) -> dict[str, Any]:
    """What an address chooses beforehand, and the only agency of somebody who has but one."""
    kind = request.GET.get("kind")
    organization = as_uuid(request.GET.get("organization", ""))
    if organization is None:
        own = list(policy.requestable_organizations(request.user).values_list("pk", flat=True)[:2])
        organization = own[0] if len(own) == 1 else None
    return {"kind": kind if kind in Kind.values else Kind.CHO, "organization": organization}


@page("view_reports")
def report_detail(request: Any, pk: UUID) -> HttpResponse:
    """One report: its progress while it is made, then its files with their checksums, and what happened to it."""
    report = _seen(request, pk)
    files = [
        {"label": label, "stored": stored, "url": address("report-file", pk=pk, format=format)}
        for label, format, stored in (
            ("PDF", "pdf", report.pdf),
            ("Workbook (XLSX)", "xlsx", report.xlsx),
            ("The copies (ZIP)", "zip", report.zip),
        )
        if stored
    ]
    asks = policy.may_request(request.user, organization=report.organization, coc=report.coc)
    context = {
        "report": report,
        "files": files,
        "may_retry": asks and report.state == Report.State.FAILED,
        "may_ask": asks and request.access.has("request_reports"),
        "again_url": _again(report),
        "history": timeline([report], by=request.user),
    }
    return render(request, "reporting/report_detail.html", context)


def _again(report: Report) -> str:
    new = f"{address('report-new')}?kind={report.kind}"
    return f"{new}&organization={report.organization_id}" if report.organization_id else new


@page("view_reports")
def report_progress(request: Any, pk: UUID) -> HttpResponse:
    """The progress bar alone, asked for by the page while the report is made; at the end it asks for the whole page."""
    report = _seen(request, pk)
    answer = render(request, "reporting/_progress.html", {"report": report})
    if not report.is_under_way and request.htmx:
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
@page("view_reports")
def report_file(request: Any, pk: UUID, format: str) -> FileResponse:
    """The report's PDF or workbook, as a download. 404 for a report out of sight; each download is logged."""
    return as_download(reports.open_report(report_id=pk, format=format, by=request.user))


@page("request_reports")
@require_POST
def report_retry(request: Any, pk: UUID) -> HttpResponse:
    """Make a failed report anew."""
    report = reports.retry_report(report_id=pk, by=request.user)
    messages.success(request, f"Report {report} is being made anew.")
    return redirect(report.get_absolute_url())


def _seen(request: Any, pk: UUID) -> Report:
    found: Report = Report.objects.visible_to(request.user).for_list().get(pk=pk)
    return found
