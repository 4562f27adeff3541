"""Pages of long lists: which rows stand on a page is found among bare keys, and only those rows are read whole."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


class Pages(Paginator):
    """Pages of a queryset of models.

    PostgreSQL joins and counts for every row it sorts, also for those that stand on other pages. A list of more than one
    page is therefore asked twice: for the keys of the page, then for these rows with all that their cells show.
    """

    def page(self, number: int | str) -> Page[Any]:
        page = super().page(number)
        if self.num_pages > 1:
            page.object_list = _whole(self.object_list, page.object_list)  # type: ignore[arg-type]
        return page


def _whole(rows: QuerySet[Any], part: QuerySet[Any]) -> list[Any]:
    keys = list(part.values_list("pk", flat=True))
    found = {row.pk: row for row in rows.filter(pk__in=keys).order_by()}
    return [found[key] for key in keys]
