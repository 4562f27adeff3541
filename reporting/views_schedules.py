"""Monthly reports: the list, setting one up, pausing, resuming, removing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.audit.timeline import timeline
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list
from reporting import policy
from reporting.forms import DayOfMonthForm, ScheduleForm
from reporting.lists import SCHEDULES, address
from reporting.models import Report, ReportSchedule
from reporting.operations import schedules
from reporting.views import chosen

VIEW, CHANGE = "view_reports", "request_reports"


@page(VIEW)
def schedule_list(request: Any) -> HttpResponse:
    """The monthly reports of what the reader may see reports about."""
    return render_list(request, SCHEDULES, ReportSchedule.objects.visible_to(request.user).for_list())


@page(CHANGE)
def schedule_new(request: Any) -> HttpResponseBase:
    """Set up a monthly report."""
    about = FormPage(
        "Set up a monthly report",
        "Set up",
        address("schedule-list"),
        "It is made every month with your rights, and you are told when it is ready.",
        crumbs=[("Monthly reports", address("schedule-list"))],
    )

    def act(data: dict[str, Any]) -> tuple[str, str]:
        schedule = schedules.create_schedule(by=request.user, **form.asked())
        return address("schedule-detail", pk=schedule.pk), "The report is made every month from now on."

    form = ScheduleForm(request.POST or None, by=request.user, initial=chosen(request))
    return answer_sent(request, form, about, act)


@page(VIEW)
def schedule_detail(request: Any, pk: UUID) -> HttpResponse:
    """One monthly report with the reports it made."""
    schedule = _seen(request, pk)
    made = Report.objects.visible_to(request.user).for_list().filter(schedule=schedule)
    context = {
        "schedule": schedule,
        "next_day": schedules.next_day(schedule),
        "may_change": policy.may_request(request.user, organization=schedule.organization, coc=schedule.coc),
        "made": made[:24],
        "history": timeline([schedule], by=request.user),
    }
    return render(request, "reporting/schedule_detail.html", context)


@page(CHANGE)
def schedule_edit(request: Any, pk: UUID) -> HttpResponseBase:
    """Move it to another day of the month."""
    schedule = _seen(request, pk)
    back = address("schedule-detail", pk=pk)
    form = DayOfMonthForm(request.POST or None, initial={"day_of_month": schedule.day_of_month})

    def act(data: dict[str, Any]) -> tuple[str, str]:
        schedules.change_day(schedule_id=pk, day_of_month=data["day_of_month"], by=request.user)
        return back, "The day is changed."

    return answer_sent(request, form, FormPage(f"Change the day: {schedule}", "Save", back, crumbs=_way(schedule)), act)


@page(CHANGE)
def schedule_remove(request: Any, pk: UUID) -> HttpResponseBase:
    """End it, after asking once."""
    schedule = _seen(request, pk)
    back = address("schedule-detail", pk=pk)
    line = "No more reports are made. Those that were made stay."
    title = f"End this monthly report: {schedule}"
    about = FormPage(title, "End monthly report", back, line, _way(schedule), danger=True)

    def act(data: dict[str, Any]) -> tuple[str, str]:
        schedules.remove_schedule(schedule_id=pk, by=request.user)
        return address("schedule-list"), "The monthly report is ended."

    sure = forms.Form(request.POST if request.method == "POST" else None)  # nothing to fill in
    return answer_sent(request, sure, about, act)


@page(CHANGE)
@require_POST
def schedule_pause(request: Any, pk: UUID) -> HttpResponse:
    schedules.pause_schedule(schedule_id=pk, by=request.user)
    messages.success(request, "Paused. No report is made until you resume it.")
    return redirect(address("schedule-detail", pk=pk))


@page(CHANGE)
@require_POST
def schedule_resume(request: Any, pk: UUID) -> HttpResponse:
    schedules.resume_schedule(schedule_id=pk, by=request.user)
    messages.success(request, "Resumed, from now on in your name.")
    return redirect(address("schedule-detail", pk=pk))


def _seen(request: Any, pk: UUID) -> Any:
    return ReportSchedule.objects.visible_to(request.user).for_list().get(pk=pk)


def _way(schedule: ReportSchedule) -> list[tuple[str, str]]:
    """From the list of monthly reports to one of them."""
    return [("Monthly reports", address("schedule-list")), (str(schedule), address("schedule-detail", pk=schedule.pk))]
