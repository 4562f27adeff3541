"""What happened to some records, told for people from their history tables: who, when, what was and what is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone

from hmislead.web.templatetags.web import long_date

EVENTS_PER_TABLE = 300
SYSTEM = "The system"
SOURCES = {"page": "", "api": "by the API", "import": "by an import", "task": "by a scheduled job"}
VERBS = {"insert": "Added", "update": "Changed", "delete": "Removed"}
ICONS = {"insert": "add_circle", "update": "edit", "delete": "delete"}
SPELLED = {"coc": "CoC", "hmis": "HMIS", "hud": "HUD", "url": "URL"}
SILENT = {"id", "implementation", "created_at", "updated_at"}
# Keys, places in storage and machine-made structures say nothing to people.
UNREADABLE = (models.JSONField, models.BinaryField, models.FileField, models.UUIDField)


@dataclass(frozen=True)
class Entry:
    """One change of one record. `changes` holds (label, old words, new words); for an added record old is empty."""

    at: dt.datetime
    who: str
    verb: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    source: str = ""
    icon: str = "edit"

    @property
    def when(self) -> dt.datetime:
        return self.at

    @property
    def what(self) -> str:
        return self.verb


@dataclass(frozen=True)
class _Step:
    """An event row and the one before it of the same record (None: it is the first, or older than what was read)."""

    model: type[models.Model]
    event: Any
    before: Any | None


def timeline(
    objects: Sequence[models.Model],
    *,
    related: Mapping[type[models.Model], Mapping[str, Any]] | None = None,
    by: Any = None,
    limit: int = 100,
) -> list[Entry]:
    """What happened to `objects`, the newest first, at most `limit` entries.

    `related` adds records by a filter on their history, which also finds those that are gone:
    `{Contact: {"organization_id": agency.pk}}`. `by` is the reader: names of records out of their sight are not told.
    One query per kind of record, one per kind of record they point to, and one for the names of users.
    """
    steps = [step for model, rows in _events(objects, related or {}) for step in _steps(model, rows)]
    steps.sort(key=_moment, reverse=True)
    steps = steps[:limit]
    names = _Names(steps, by)
    themselves = {each.pk for each in objects}
    entries = [_entry(step, names, themselves) for step in steps]
    return [entry for entry in entries if entry.changes or entry.icon != ICONS["update"]]


def _moment(step: _Step) -> tuple[Any, ...]:
    """When it happened; within one transaction, when the row was written."""
    return (step.event.pgh_created_at, getattr(step.event, "updated_at", step.event.pgh_created_at), step.event.pgh_id)


def _events(
    objects: Sequence[models.Model], related: Mapping[type[models.Model], Mapping[str, Any]]
) -> list[tuple[type[models.Model], list[Any]]]:
    ids: dict[type[models.Model], list[Any]] = defaultdict(list)
    for each in objects:
        ids[type(each)].append(each.pk)
    wanted = [(model, {"pgh_obj_id__in": keys}) for model, keys in ids.items()]
    wanted += [(model, dict(lookup)) for model, lookup in related.items()]
    found = []
    for model, lookup in wanted:
        history = event_model(model)
        if history is not None:
            rows = history._default_manager.filter(**lookup).order_by("-pgh_id")[:EVENTS_PER_TABLE]
            found.append((model, list(rows)))
    return found


def event_model(model: type[models.Model]) -> Any | None:
    """The history table of a tracked model, or None."""
    return next(iter(pghistory.core.event_models(tracks_model=model)), None)


def _steps(model: type[models.Model], rows: list[Any]) -> list[_Step]:
    """Each event with its predecessor. `rows` are newest first."""
    later: dict[Any, Any] = {}
    steps = []
    for row in reversed(rows):
        steps.append(_Step(model, row, later.get(row.pgh_obj_id)))
        later[row.pgh_obj_id] = row
    return steps


def _told_fields(step: _Step) -> list[models.Field[Any, Any]]:
    """The fields people can read, of those that the history keeps at all (a secret is in none)."""
    return [
        each
        for each in step.model._meta.concrete_fields
        if each.name not in SILENT
        and (each.is_relation or not isinstance(each, UNREADABLE))
        and hasattr(step.event, each.attname)
    ]


def _changed(step: _Step) -> list[models.Field[Any, Any]]:
    """The fields an event tells about: for an added record those with a value, for a changed one those that differ."""
    fields = _told_fields(step)
    if step.event.pgh_label == "insert":
        return [each for each in fields if getattr(step.event, each.attname) not in (None, "", False)]
    if step.event.pgh_label == "delete" or step.before is None:
        return []
    return [each for each in fields if getattr(step.event, each.attname) != getattr(step.before, each.attname)]


class _Names:
    """Words for what events point to, read in one query per kind."""

    def __init__(self, steps: list[_Step], by: Any) -> None:
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        for step in steps:
            wanted[get_user_model()].add((step.event.pgh_context or {}).get("user"))
            for each in _changed(step):
                if each.related_model:
                    rows = [step.event] if step.before is None else [step.event, step.before]
                    wanted[each.related_model].update(getattr(row, each.attname) for row in rows)
        self._known = {model: _read(model, keys - {None}, by) for model, keys in wanted.items()}

    def of(self, model: type[models.Model], key: Any) -> str:
        if key is None:
            return "–"
        return self._known.get(model, {}).get(str(key), "something you may not see")

    def actor(self, context: dict[str, Any]) -> str:
        key = context.get("user")
        return self._known.get(get_user_model(), {}).get(str(key), "Somebody who has left") if key else SYSTEM


def _read(model: type[models.Model], keys: set[Any], by: Any) -> dict[str, str]:
    if not keys:
        return {}
    if model is get_user_model():
        return {str(row.pk): row.get_short_name() or row.email for row in model._default_manager.filter(pk__in=keys)}
    rows = model._default_manager.all()
    if by is not None and hasattr(rows, "visible_to"):
        rows = rows.visible_to(by)
    direct = [each.name for each in model._meta.concrete_fields if each.is_relation and each.name != "implementation"]
    return {str(row.pk): str(row) for row in rows.filter(pk__in=keys).select_related(*direct)}


def _entry(step: _Step, names: _Names, themselves: set[Any]) -> Entry:
    """One event in words. That a record belongs to what the page is about goes without saying."""
    context = step.event.pgh_context or {}
    label = step.event.pgh_label
    changes = []
    for each in _changed(step):
        if label == "insert" and each.is_relation and getattr(step.event, each.attname) in themselves:
            continue
        old = "" if label == "insert" else _words(each, step.before, names)
        changes.append((_label(each), old, _words(each, step.event, names)))
    return Entry(
        at=step.event.pgh_created_at,
        who=names.actor(context),
        verb=f"{VERBS.get(label, label)} {step.model._meta.verbose_name}",
        changes=changes,
        source=SOURCES.get(context.get("source", ""), ""),
        icon=ICONS.get(label, "edit"),
    )


def _label(each: models.Field[Any, Any]) -> str:
    words = [SPELLED.get(word.lower(), word) for word in str(each.verbose_name).split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _words(each: models.Field[Any, Any], row: Any, names: _Names) -> str:
    """A value as people read it."""
    value = getattr(row, each.attname)
    if each.related_model:
        return names.of(each.related_model, value)
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        words = dict(getattr(getattr(each, "base_field", None), "flatchoices", ()))
        return ", ".join(str(words.get(item, item)) for item in value) or "–"
    if each.choices:
        return str(dict(each.flatchoices).get(value, value))
    if isinstance(value, dt.datetime):
        local = timezone.localtime(value)
        return f"{long_date(local.date())}, {local:%H:%M}"
    if isinstance(value, dt.date):
        return long_date(value)
    text = str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
