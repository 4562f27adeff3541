"""The pages behind the menu of saved views: save one, remove one. Mounted below an implementation."""

from __future__ import annotations

import uuid
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hmislead.access import pages
from hmislead.access.permissions import MEMBER
from hmislead.web import operations

app_name = "saved_views"


@require_POST
@pages.page(MEMBER)
def save(request: HttpRequest) -> HttpResponse:
    """Save the view the form describes and go back to the list."""
    posted = request.POST
    view = operations.save_view(
        page=posted.get("page", "")[:80],
        name=posted.get("name", ""),
        query=posted.get("query", ""),
        by=request.user,
        shared=bool(posted.get("shared")),
    )
    messages.success(request, f"The view “{view.name}” is saved.")
    return redirect(_back(request))


@require_POST
@pages.page(MEMBER)
def remove(request: HttpRequest, view_id: uuid.UUID) -> HttpResponse:
    """Remove one's own saved view and go back to the list."""
    try:
        operations.remove_view(view_id=view_id, by=request.user)
    except apps.get_model("web", "SavedView").DoesNotExist as error:
        raise Http404 from error
    messages.success(request, "The view is removed. The list itself is as it was.")
    return redirect(_back(request))


def _back(request: Any) -> str:
    """The list's own address on this site, else the implementation's start."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return str(target)
    return f"/i/{request.implementation.slug}/"


urlpatterns = [
    path("", save, name="save"),
    path("<uuid:view_id>/remove/", remove, name="remove"),
]
