"""What the filters that are on say in words, and the address without each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import Model
from django.forms.boundfield import BoundField
from django.http import QueryDict

from hmislead.web.templatetags.web import long_date


@dataclass(frozen=True)
class Chip:
    """One filter that is on: "State: overdue", and the address without it."""

    label: str
    value: str
    url: str


def chips(filters: django_filters.FilterSet, query: QueryDict, path: str) -> list[Chip]:
    """A chip for each filter of `filters` that `query` turns on and the form accepted."""
    cleaned = filters.form.cleaned_data if filters.form.is_valid() else getattr(filters.form, "cleaned_data", {})
    found = []
    for bound in filters.form:
        value = cleaned.get(bound.name)
        if is_on(bound, query) and value not in (None, ""):
            label = "Search" if bound.name == "q" else str(bound.label)
            found.append(Chip(label, said(bound, value), _without(bound, query, path)))
    return found


def is_on(bound: BoundField, query: QueryDict) -> bool:
    """True when `query` holds something for the field, or for one of the inputs of a range."""
    return any(value for name in _names(bound, query) for value in query.getlist(name))


def _names(bound: BoundField, query: QueryDict) -> list[str]:
    """The parameters of one field: its own name, and for ranges name_min, name_max, name_after, name_before."""
    parts = {
        bound.html_name,
        *(f"{bound.html_name}_{end}" for end in ("min", "max", "after", "before", "0", "1")),
    }
    return [name for name in query if name in parts]


def _without(bound: BoundField, query: QueryDict, path: str) -> str:
    kept = query.copy()
    for name in [*_names(bound, query), "page"]:
        kept.pop(name, None)
    return f"{path}?{kept.urlencode()}" if kept else path


def said(bound: BoundField, value: Any) -> str:
    """A filter's value in the words of its choices: "met, overdue", "from 1 March 2027", "yes"."""
    if isinstance(value, slice):
        ends = [("from", value.start), ("to", value.stop)]
        return " ".join(f"{word} {_plain(end)}" for word, end in ends if end is not None)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_choice(bound, each) for each in value)
    return _choice(bound, value)


def _choice(bound: BoundField, value: Any) -> str:
    if isinstance(value, Model):
        return str(value)  # already fetched by the form: asking its choices would be one more query
    if getattr(bound.field, "queryset", None) is None:
        for key, label in _flat(getattr(bound.field, "choices", ())):
            if str(key) == str(value):
                return str(label)
    return _plain(value)


def _flat(choices: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


def _plain(value: Any) -> str:
    return long_date(value) if isinstance(value, dt.date) else str(value)
