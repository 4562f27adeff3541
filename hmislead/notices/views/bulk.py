"""Reminders to agencies: begun from the grid, written, looked at mail by mail, sent."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hmislead.access.pages import page
from hmislead.audit.timeline import timeline
from hmislead.compliance.filters import GridFilter
from hmislead.directory.models import Organization
from hmislead.notices import bulk
from hmislead.notices.forms import BulkForm
from hmislead.notices.lists import BULKS
from hmislead.notices.models import BulkSend, Message
from hmislead.web.forms import answer_form
from hmislead.web.listing import Listing, render_list, selected

# The grid's rows as the reader filtered them, for "all that match".
CHOSEN = Listing(name="compliance.grid", title="Agencies", columns=(), filterset=GridFilter, order=("name",))
OPEN = (BulkSend.State.DRAFTED, BulkSend.State.PREVIEWED)


@require_GET
@page("send_notices")
def bulk_list(request: Any) -> HttpResponse:
    return render_list(request, BULKS, BulkSend.objects.visible_to(request.user).select_related("drafted_by"))


@require_http_methods(["GET", "POST"])
@page("send_notices")
def bulk_new(request: Any) -> HttpResponse:
    """Begin a reminder to the agencies chosen in the grid (`selected` or `all_matching`, and `requirement`)."""
    if request.method == "GET":
        messages.info(request, "Choose the agencies here, then press Remind.")
        return redirect("compliance:grid", slug=request.implementation.slug)
    agencies = selected(request, CHOSEN, Organization.objects.visible_to(request.user).current())
    made = bulk.draft_bulk(
        organization_ids=agencies.values_list("pk", flat=True),
        requirements=request.POST.getlist("requirement"),
        by=request.user,
    )
    return redirect("notices:bulk-edit", slug=request.implementation.slug, pk=made.pk)


@require_http_methods(["GET", "POST"])
@page("send_notices")
def bulk_edit(request: Any, pk: uuid.UUID) -> HttpResponse:
    """The words of a reminder. Saving writes its mails anew and shows them."""
    found = _bulk(request, pk)
    if found.state not in OPEN:
        return redirect(found.get_absolute_url())
    initial = {"title": found.title, "text": found.text, "requirements": found.audience["requirements"]}
    form = BulkForm(request.POST or None, initial=initial)
    if form.is_valid():
        bulk.change_bulk(bulk_id=pk, by=request.user, **form.cleaned_data)
        bulk.preview_bulk(bulk_id=pk, by=request.user)
        return redirect(found.get_absolute_url())
    context = {"form": form, "bulk": found, "agencies": len(found.audience["organizations"])}
    return answer_form(request, "notices/bulk_form.html", context)


@require_GET
@page("send_notices")
def bulk_detail(request: Any, pk: uuid.UUID) -> HttpResponse:
    """One reminder: its mails one by one before it is sent, how far it is afterwards."""
    found = _bulk(request, pk)
    if found.state == BulkSend.State.DRAFTED:
        return redirect("notices:bulk-edit", slug=request.implementation.slug, pk=pk)
    mails = Paginator(found.messages.order_by("address", "pk"), 1)
    context = {
        "bulk": found,
        "mail": mails.get_page(request.GET.get("mail")),
        "left_out": _left_out(request, found),
        "counts": _counts(found),
        "log_url": f"{reverse('notices:message-list', kwargs={'slug': request.implementation.slug})}?bulk={pk}",
        "entries": timeline([found], by=request.user),
    }
    return render(request, "notices/bulk_detail.html", context)


@require_GET
@page("send_notices")
def bulk_progress(request: Any, pk: uuid.UUID) -> HttpResponse:
    """How far the sending is, asked for by the page while it goes on."""
    found = _bulk(request, pk)
    return render(request, "notices/_bulk_progress.html", {"bulk": found, "counts": _counts(found)})


@require_POST
@page("send_notices")
def bulk_send(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Send the mails as previewed."""
    count = request.POST.get("count", "")
    sent = bulk.send_bulk(bulk_id=pk, count=int(count) if count.isdecimal() else -1, by=request.user)
    words = "1 message is" if sent.count == 1 else f"{sent.count:,} messages are"
    messages.success(request, f"{words} on the way. They leave in business hours.")
    return redirect(sent.get_absolute_url())


@require_POST
@page("send_notices")
def bulk_cancel(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Give a reminder up before it is sent."""
    bulk.cancel_bulk(bulk_id=pk, by=request.user)
    messages.success(request, "The reminder is cancelled. Nothing was sent.")
    return redirect("notices:bulk-list", slug=request.implementation.slug)


def _bulk(request: Any, pk: uuid.UUID) -> BulkSend:
    return get_object_or_404(BulkSend.objects.visible_to(request.user), pk=pk)


def _left_out(request: Any, found: BulkSend) -> list[tuple[Organization, str]]:
    """The agencies that get no mail, with the reason in words."""
    why = {entry["organization"]: entry["why"] for entry in found.left_out}
    agencies = Organization.objects.visible_to(request.user).filter(pk__in=list(why)).order_by("name")
    return [(agency, bulk.WHY_LEFT_OUT[why[str(agency.pk)]]) for agency in agencies]


def _counts(found: BulkSend) -> dict[str, int]:
    """Messages by state; `gone` are those that wait no longer."""
    rows = found.messages.order_by().values_list("state").annotate(n=Count("pk"))
    counts = {str(state): int(number) for state, number in rows}
    return {**counts, "gone": sum(number for state, number in counts.items() if state not in Message.WAITING)}
