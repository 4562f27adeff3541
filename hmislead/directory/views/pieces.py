"""What the pages of agencies, CoCs and projects share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from hmislead.directory import policy
from hmislead.directory.forms.organizations import DayForm, SureForm
from hmislead.directory.models import Merge
from hmislead.directory.operations import merges
from hmislead.web.form_pages import FormPage, answer_sent

Crumbs = list[tuple[str, str]]


def at(request: Any, name: str, **kwargs: Any) -> str:
    """The address of one of the directory's pages in the implementation of `request`."""
    return reverse(f"directory:{name}", kwargs={"slug": request.implementation.slug, **kwargs})


def tabs(request: Any, found: Sequence[tuple[str, str, int | None]]) -> list[dict[str, Any]]:
    """Tabs from (label, address, count); the one of this address is current."""
    return [{"label": label, "url": url, "current": url == request.path, "count": count} for label, url, count in found]


def crumbs_of(row: Any, *above: tuple[str, str]) -> Crumbs:
    """The list, and the record itself."""
    return [*above, (str(row), row.get_absolute_url())]


def simple(
    request: Any,
    form: forms.Form,
    about: FormPage,
    operation: Callable[..., Any],
    sentence: str,
    **known: Any,
) -> HttpResponseBase:
    """A form whose fields are the operation's arguments (a chosen record gives its id). It goes back to `about.back`."""

    def act(data: dict[str, Any]) -> tuple[str, str]:
        operation(by=request.user, **known, **as_arguments(data))
        return about.back, sentence

    return answer_sent(request, form, about, act)


def as_arguments(data: dict[str, Any]) -> dict[str, Any]:
    """Form data for an operation: a record as `<name>_id`, and no empty choices, days or files."""
    given: dict[str, Any] = {}
    for name, value in data.items():
        if hasattr(value, "pk"):
            given[f"{name}_id"] = value.pk
        elif value is not None:
            given[name] = value
    return given


def changed(form: forms.Form) -> dict[str, Any]:
    """What a change form says, blanks included: emptying a field is a change too."""
    return dict(form.cleaned_data)


def day_page(
    request: Any,
    about: FormPage,
    operation: Callable[..., Any],
    sentence: str,
    *,
    label: str,
    hint: str = "",
    **known: Any,
) -> HttpResponseBase:
    """A page that asks for one day and does something as of it."""
    form = DayForm(request.POST or None, label=label, hint=hint)
    return simple(request, form, about, operation, sentence, **known)


def sure_page(
    request: Any, about: FormPage, operation: Callable[..., Any], sentence: str, **known: Any
) -> HttpResponseBase:
    """A page that says what will happen and asks for nothing but the button."""
    form = SureForm(request.POST if request.method == "POST" else None)
    return simple(request, form, about, operation, sentence, **known)


def done(request: Any, url: str, sentence: str) -> HttpResponseBase:
    """After a button: the sentence, and the page it belongs to."""
    messages.success(request, sentence)
    return redirect(url)


def merges_of(request: Any, row: Any) -> list[dict[str, Any]]:
    """The merges a record took part in that are not undone, and whether they still can be."""
    records = Merge.objects.visible_to(request.user).filter(Q(gone_id=row.pk) | Q(stays_id=row.pk), undone_at=None)
    others = [record.gone_id if record.stays_id == row.pk else record.stays_id for record in records]
    names = {each.pk: each for each in type(row).objects.visible_to(request.user).filter(pk__in=others)}
    return [
        {
            "record": record,
            "gone": record.gone_id == row.pk,
            "other": names.get(record.stays_id if record.gone_id == row.pk else record.gone_id),
            "can_undo": merges.can_undo(record) and policy.may_manage(request.user),
        }
        for record in records
    ]
