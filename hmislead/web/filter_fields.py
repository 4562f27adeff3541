"""What every list changes in the fields of its filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.forms import BaseForm, CheckboxSelectMultiple, ModelChoiceField, NullBooleanSelect, SelectMultiple
from django_filters.fields import ModelChoiceIterator


class WholeChoices(ModelChoiceIterator):
    """Choices that are rows, read by one statement. Django opens a cursor at the server for them: three at least."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        if self.field.null_label is not None:
            yield self.field.null_value, self.field.null_label
        yield from map(self.choice, self.queryset.all())


def prepare(form: BaseForm) -> None:
    """A yes-or-no filter that is off asks for any, not for what is unknown; several of a few are boxes to tick."""
    for each in form.fields.values():
        if isinstance(each.widget, NullBooleanSelect):
            each.widget.choices = [("unknown", "Any"), ("true", "Yes"), ("false", "No")]
        elif type(each.widget) is SelectMultiple:
            each.widget = CheckboxSelectMultiple(choices=each.choices)  # type: ignore[attr-defined]
        elif isinstance(each, ModelChoiceField):
            each.iterator = WholeChoices
            each.queryset = each.queryset  # gives the widget its choices anew
