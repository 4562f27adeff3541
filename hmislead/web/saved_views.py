"""The menu of saved views on each list. Its two pages are in saved_view_pages.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest

from hmislead.web import navigation


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
    save_url = navigation.address("saved_views:save", implementation.slug) if implementation else ""
    if not save_url:
        return Menu([], "")
    views = apps.get_model("web", "SavedView").objects.visible_to(request.user).of_page(page)
    return Menu([_entry(request, view, query) for view in views], save_url)


def _entry(request: Any, view: Any, query: str) -> Entry:
    own = view.owner_id == request.user.pk
    slug = request.implementation.slug
    return Entry(
        name=view.name,
        url=f"{request.path}?{view.query}",
        current=view.query == query,
        shared=view.shared,
        remove_url=navigation.address("saved_views:remove", slug, view_id=view.pk) if own else "",
    )
