"""What may be asked of a list in the API. A word that a list does not know is refused: ignored, a filter with a slip of the
pen would answer with every row, and an order that is none with rows in any order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend, OrderingFilter

from hmislead.web.pagination import Cursor

OF_PAGES = (Cursor.cursor_query_param, Cursor.page_size_query_param)


class KnownParameters(BaseFilterBackend):
    """Refuses parameters that a list does not know."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The queryset as it came. Raises ValidationError that names what is unknown, and what the list knows."""
        if view.action != "list":
            return queryset
        known = self._known(queryset, view)
        unknown = sorted(set(request.query_params) - set(known))
        if unknown:
            words = ", ".join(known)
            raise ValidationError({name: [f"This list knows no such word. It knows: {words}."] for name in unknown})
        return queryset

    @staticmethod
    def _known(queryset: QuerySet[Any], view: Any) -> list[str]:
        filterset = DjangoFilterBackend().get_filterset_class(view, queryset)
        names = (
            [word for name, each in filterset.base_filters.items() for word in _words(name, each)] if filterset else []
        )
        if getattr(view, "search_fields", ()):
            names.append("search")
        if view.ordering_fields:
            names.append(OrderingFilter.ordering_param)
        return sorted([*names, *OF_PAGES])


def _words(name: str, each: Any) -> list[str]:
    """What a filter is asked by: its name, or of a range its two ends."""
    widget = each.field_class.widget
    return [widget().suffixed(name, end) for end in getattr(widget, "suffixes", ())] or [name]


class Ordering(OrderingFilter):
    """Orders by the columns that the list offers."""

    def remove_invalid_fields(self, queryset: Any, fields: Iterable[str], view: Any, request: Any) -> list[str]:
        """The columns asked for. Raises ValidationError for one that is not offered."""
        offered = [name for name, _ in self.get_valid_fields(queryset, view, {"request": request})]
        if unknown := [field for field in fields if field.removeprefix("-") not in offered]:
            sentence = f"This list is not ordered by {', '.join(unknown)}. It can be by: {', '.join(offered)}."
            raise ValidationError({self.ordering_param: [sentence]})
        return [*fields]
