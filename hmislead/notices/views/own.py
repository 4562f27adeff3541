"""One's own notices and what one wants to be told."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.notices import operations
from hmislead.notices.forms import PreferenceForm
from hmislead.notices.lists import NOTICES
from hmislead.notices.models import Notice
from hmislead.web.forms import answer_form
from hmislead.web.listing import render_list, selected


@require_GET
@page(MEMBER)
def notice_list(request: Any) -> HttpResponse:
    """The reader's notices, the newest first."""
    return render_list(request, NOTICES, Notice.objects.visible_to(request.user), "notices/notice_list.html")


@require_GET
@page(MEMBER)
def notice_open(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Go to what a notice is about; it is then read."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    operations.mark_read(notice_ids=[notice.pk], by=request.user)
    return redirect(notice.path)


@require_POST
@page(MEMBER)
def notice_read(request: Any) -> HttpResponse:
    """Mark the chosen notices as read."""
    chosen = selected(request, NOTICES, Notice.objects.visible_to(request.user))
    operations.mark_read(notice_ids=chosen.values_list("pk", flat=True), by=request.user)
    messages.success(request, "The notices you chose are marked as read.")
    return redirect("notices:notice-list", slug=request.implementation.slug)


@require_POST
@page(MEMBER)
def notice_read_all(request: Any) -> HttpResponse:
    """Mark every notice as read."""
    operations.mark_all_read(by=request.user)
    messages.success(request, "All your notices are marked as read.")
    return redirect("notices:notice-list", slug=request.implementation.slug)


@require_http_methods(["GET", "POST"])
@page(MEMBER)
def preference_edit(request: Any) -> HttpResponse:
    """How the reader wants e-mail about each type of notice."""
    form = PreferenceForm(request.POST or None, by=request.user, access=request.access)
    if form.is_valid():
        operations.choose(preferences=form.cleaned_data, by=request.user)
        messages.success(request, "Saved. Mail that waits already still goes out.")
        return redirect("notices:preference-edit", slug=request.implementation.slug)
    return answer_form(request, "notices/preference_form.html", {"form": form})
