"""Keeping and removing saved views."""

from __future__ import annotations

import uuid
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import QueryDict

from hmislead.errors import DomainError

MAX_VIEWS = 40  # of one person on one list: more is a search nobody wins


def save_view(*, page: str, name: str, query: str, by: Any, shared: bool = False) -> Any:
    """Keep the list `page` as `query` shows it, under `name`; the same name of the same person is overwritten.

    `query` is a query string; its page number and export are dropped. Raises DomainError without a name, or past
    MAX_VIEWS.
    """
    views = apps.get_model("web", "SavedView").objects
    name = " ".join(name.split())[:60]
    if not name:
        raise DomainError("Give the view a name. Nothing was saved.")
    kept = QueryDict(query[:2000], mutable=True)
    for control in ("page", "export"):
        kept.pop(control, None)
    own = views.filter(owner_id=by.pk, page=page)
    if own.count() >= MAX_VIEWS and not own.filter(name=name).exists():
        raise DomainError(f"You have {MAX_VIEWS} saved views here. Remove one you no longer need, then save again.")
    values = {"query": kept.urlencode()[:2000], "shared": shared}
    return views.update_or_create(page=page, name=name, owner_id=by.pk, defaults=values)[0]


def remove_view(*, view_id: uuid.UUID, by: Any) -> None:
    """Remove one's own saved view. Raises DoesNotExist for one out of sight, PermissionDenied for somebody else's."""
    view = apps.get_model("web", "SavedView").objects.visible_to(by).select_for_update(of=("self",)).get(pk=view_id)
    if view.owner_id != by.pk:
        raise PermissionDenied("This view was shared by somebody else. Only they can remove it.")
    view.delete()
