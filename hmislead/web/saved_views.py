"""Saved views of lists: the menu on each list, and the two pages behind it. Mount below an implementation."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
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
from hmislead.web import navigation, operations

app_name = "saved_views"


@dataclass(frozen=True)
class Entry:
    """A saved view as the menu shows it."""

    name: str
    url: str
    current: bool
    shared: bool
    remove_url: str


@dataclass(frozen=True)
class Menu:
    """The saved views of one list and where to save another; `save_url` is '' where nothing can be saved."""

    entries: list[Entry]
    save_url: str


def menu(request: HttpRequest, page: str, query: str) -> Menu:
    """The menu of the list `page`, whose filters now are `query`: one query, none outside an implementation."""
    implementation = getattr(request, "implementation", None)
    save_url = (
        navigation.address("saved_views:save", implementation.slug)
        if implementation
        else ""
    )
    if not save_url:
        return Menu([], "")
    views = (
        apps.get_model("web", "SavedView")
        .objects.visible_to(request.user)
        .of_page(page)
    )
    return Menu([_entry(request, view, query) for view in views], save_url)


def _entry(request: Any, view: Any, query: str) -> Entry:
    own = view.owner_id == request.user.pk
    slug = request.implementation.slug
    return Entry(
        name=view.name,
        url=f"{request.path}?{view.query}",
        current=view.query == query,
        shared=view.shared,
        remove_url=navigation.address("saved_views:remove", slug, view_id=view.pk)
        if own
        else "",
    )


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
    if url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return str(target)
    return f"/i/{request.implementation.slug}/"


urlpatterns = [
    path("", save, name="save"),
    path("<uuid:view_id>/remove/", remove, name="remove"),
]
