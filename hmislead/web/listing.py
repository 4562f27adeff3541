"""THE list of the product: declared once per page, it filters, sorts, pages, exports and selects the same rows.

    AGENCIES = Listing(
        name="directory.organizations", title="Agencies", filterset=OrganizationFilter, order=("name",),
        columns=[Column("name", "Agency", "name", link=Organization.get_absolute_url, sort="name"), …],
    )
    def organization_list(request):
        return render_list(request, AGENCIES, Organization.objects.visible_to(request.user).for_list())

The queryset brings its own `select_related` and annotations: a list page costs the same number of queries however many
rows it shows. A bulk action's view gets its rows from `selected(request, LISTING, queryset)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.core.paginator import Page
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from hmislead.web import exports, filter_fields, filter_words, saved_views, states
from hmislead.web.list_pages import Pages
from hmislead.web.templatetags import web as words

CONTROLS = (
    "page",
    "sort",
    "cols",
    "export",
    "csrfmiddlewaretoken",
)  # of the list itself: no filter may have these names

# How the page shows a value of each kind; other kinds are text.
_SHAPES: dict[str, Callable[[Any], SafeString | str]] = {
    "state": words.chip,
    "day": words.day,
    "near_day": lambda value: words.day(value, "relative"),
    "moment": words.moment,
    "yes_no": lambda value: "Yes" if value else "No",
    "number": lambda value: f"{value:,}",
    "codes": lambda value: format_html_join(
        ", ", '<span class="nowrap">{}</span>', ((each,) for each in value.split(", "))
    ),
}


@dataclass(frozen=True)
class Column:
    """One column, for the page and for exports alike.

    `value` is a function of the row, or the path of an attribute ("organization.name"), giving a plain value. `kind`
    says how the page shows it: text, codes (kept whole), number, state (a chip), day, near_day ("in 12 days"), moment or
    yes_no. `link` makes it a link, `html` draws something else (its answer must be safe HTML). `sort` names the field or
    fields of the queryset it sorts by; `default=False` columns are shown when chosen.
    """

    key: str
    label: str
    value: Callable[[Any], Any] | str
    kind: str = "text"
    link: Callable[[Any], str | None] | None = None
    html: Callable[[Any], SafeString] | None = None
    sort: str | tuple[str, ...] = ()
    default: bool = True
    export: bool = True

    def plain(self, row: Any) -> Any:
        """The value an export holds; a state becomes its word."""
        found = self._found(row)
        return states.sign(found).word if self.kind == "state" and found else found

    def shown(self, row: Any) -> SafeString | str:
        """The cell's HTML."""
        if self.html:
            return self.html(row)
        found = self._found(row)
        text = "–" if found in (None, "") else _SHAPES.get(self.kind, conditional_escape)(found)
        url = self.link(row) if self.link and text != "–" else None
        return format_html('<a href="{}">{}</a>', url, text) if url else text

    def _found(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        for name in self.value.split("."):
            row = getattr(row, name, None)
        return row() if callable(row) else row  # `get_state_display`

    @property
    def sort_fields(self) -> tuple[str, ...]:
        return (self.sort,) if isinstance(self.sort, str) else self.sort


@dataclass(frozen=True)
class Action:
    """A button over the list. `url` is an address or a function of the request; `permission` empty shows it to all; of several
    each is needed."""

    label: str
    url: str | Callable[[HttpRequest], str]
    permission: str | tuple[str, ...] = ""
    sign: str = ""


@dataclass(frozen=True)
class BulkAction(Action):
    """Something to do with the chosen rows; its view reads them with `selected`. `name` is sent as `action`."""

    name: str = ""


@dataclass(frozen=True)
class Empty:
    """What a list says when nothing was ever in it: why, and what to do."""

    title: str = "Nothing here yet"
    text: str = ""
    action: str = ""
    url: str | Callable[[HttpRequest], str] = ""


@dataclass(frozen=True)
class Listing:
    """The declaration of a list. `name` is unique: saved views belong to it and exports are named after it.

    `before_rows` is given the rows of the page before they are drawn, to find for all of them what no row holds itself.
    """

    name: str
    title: str
    columns: Sequence[Column]
    filterset: type[django_filters.FilterSet] | None = None
    order: tuple[str, ...] = ("pk",)
    line: str = ""
    noun: tuple[str, str] = ("result", "results")
    search_placeholder: str = "Search"
    empty: Empty = field(default_factory=Empty)
    bulk_actions: Sequence[BulkAction] = ()
    primary: Action | None = None
    more: Sequence[Action] = ()
    per_page: int = 50
    quick_filters: int = 5
    before_rows: Callable[[list[Any]], None] | None = None


class Asked:
    """A list as one request asks for it: its filters, order, columns and page. Templates call it `list`."""

    def __init__(
        self,
        request: HttpRequest,
        listing: Listing,
        queryset: QuerySet[Any],
        query: QueryDict | None = None,
    ):
        self.request, self.listing = request, listing
        self.query = request.GET if query is None else query
        self.filters = listing.filterset(self.query, queryset=queryset, request=request) if listing.filterset else None
        if self.filters:
            filter_fields.prepare(self.filters.form)
        self.columns = self._columns()
        self.sort = self._sort()
        self.rows = self._ordered(self.filters.qs if self.filters else queryset)
        self.refusal = ""

    def _columns(self) -> list[Column]:
        wanted = {key for part in self.query.getlist("cols") for key in part.split(",")}
        chosen = [column for column in self.listing.columns if column.key in wanted]
        return chosen or [column for column in self.listing.columns if column.default]

    def _sort(self) -> str:
        """The key of the column sorted by, with a minus for descending; '' for the list's own order."""
        asked = self.query.get("sort", "")
        sortable = {column.key for column in self.listing.columns if column.sort_fields}
        return asked if asked.removeprefix("-") in sortable else ""

    def _ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if not self.sort:
            return rows.order_by(*self.listing.order, "pk")
        down = self.sort.startswith("-")
        column = next(column for column in self.listing.columns if column.key == self.sort.removeprefix("-"))
        # Rows without a value come last either way: nobody sorts to see blanks. The key makes pages repeatable.
        return rows.order_by(
            *(OrderBy(F(name), descending=down, nulls_last=True) for name in column.sort_fields),
            "pk",
        )

    # What the templates read

    def page(self) -> Page[Any]:
        if not hasattr(self, "_page"):
            self._page = Pages(self.rows, self.listing.per_page).get_page(self.query.get("page"))
        return self._page

    def body(self) -> list[tuple[Any, list[tuple[Column, SafeString | str]]]]:
        """The rows of the page: (key, [(column, html)])."""
        rows = list(self.page().object_list)
        if self.listing.before_rows:
            self.listing.before_rows(rows)
        return [(row.pk, [(column, column.shown(row)) for column in self.columns]) for row in rows]

    def page_links(self) -> list[tuple[object, str]]:
        """Numbers and gaps of the pager: (number or "…", address or '')."""
        page = self.page()
        shown = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
        return [(each, self.url(page=each) if isinstance(each, int) else "") for each in shown]

    def next_url(self) -> str:
        return self.url(page=self.page().next_page_number()) if self.page().has_next() else ""

    def previous_url(self) -> str:
        return self.url(page=self.page().previous_page_number()) if self.page().has_previous() else ""

    def heads(self) -> list[dict[str, Any]]:
        """Column heads: label, whether numbers stand in it, aria-sort, and the address that sorts by it."""
        heads = []
        for column in self.columns:
            now = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "none")
            turned = f"-{column.key}" if now == "ascending" else column.key
            url = self.url(sort=turned) if column.sort_fields else ""
            heads.append({"column": column, "sort": now, "url": url})
        return heads

    def url(self, **changes: object) -> str:
        """This list's address with `changes`; '' takes a parameter out. Every change but of the page goes to page 1."""
        query = self.query.copy()
        for name in ("page", "export", *changes):
            query.pop(name, None)
        for name, value in changes.items():
            if value not in (None, ""):
                query[name] = str(value)
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def csv_url(self) -> str:
        return self.url(export="csv")

    def xlsx_url(self) -> str:
        return self.url(export="xlsx")

    def nouns(self) -> str:
        return ",".join(self.listing.noun)

    def saved_query(self) -> str:
        """What a saved view keeps: filters, order and columns, without the page."""
        query = self.query.copy()
        for name in ("page", "export"):
            query.pop(name, None)
        return query.urlencode()

    def chips(self) -> list[filter_words.Chip]:
        """The filters that are on, each with the address without it."""
        if not self.filters:
            return []
        return filter_words.chips(self.filters, self.query, self.request.path)

    def is_filtered(self) -> bool:
        return bool(self.chips())

    def clear_url(self) -> str:
        kept = QueryDict(mutable=True)
        for name in ("sort", "cols"):
            kept.setlist(name, self.query.getlist(name)) if name in self.query else None
        return f"{self.request.path}?{kept.urlencode()}" if kept else self.request.path

    def search_field(self) -> Any:
        return self.filters.form["q"] if self.filters and "q" in self.filters.form.fields else None

    def quick_fields(self) -> list[Any]:
        return self._fields()[: self.listing.quick_filters]

    def further_fields(self) -> list[Any]:
        return self._fields()[self.listing.quick_filters :]

    def further_on(self) -> bool:
        """True when one of the filters under "More filters" is on: they are then shown open."""
        return any(filter_words.is_on(bound, self.query) for bound in self.further_fields())

    def _fields(self) -> list[Any]:
        return [bound for bound in self.filters.form if bound.name != "q"] if self.filters else []

    def bulk_actions(self) -> list[Any]:
        return _offered(self.request, self.listing.bulk_actions)

    def more(self) -> list[Any]:
        return _offered(self.request, self.listing.more)

    def primary(self) -> Action | None:
        offered = _offered(self.request, [self.listing.primary] if self.listing.primary else [])
        return offered[0] if offered else None

    def empty_url(self) -> str:
        """Where the first row is made; nothing for who may not make one."""
        if self.listing.primary and not self.primary():
            return ""
        return _resolved(self.listing.empty.url, self.request)

    def column_choices(self) -> list[tuple[Column, bool]]:
        return [(column, column in self.columns) for column in self.listing.columns]

    def hidden_query(self, *without: str) -> list[tuple[str, str]]:
        """Parameters a small form of the list must carry along."""
        return [
            (name, value) for name, values in self.query.lists() for value in values if name not in {"page", *without}
        ]

    def hidden_for_filters(self) -> list[tuple[str, str]]:
        """Order and columns survive a change of filters."""
        return [(name, value) for name in ("sort", "cols") for value in self.query.getlist(name)]

    def hidden_for_columns(self) -> list[tuple[str, str]]:
        return self.hidden_query("cols", "export")

    def views(self) -> saved_views.Menu:
        if not hasattr(self, "_views"):
            self._views = saved_views.menu(self.request, self.listing.name, self.saved_query())
        return self._views


def _offered(request: HttpRequest, actions: Sequence[Action]) -> list[Any]:
    """The actions the person may use, their addresses worked out."""
    return [replace(each, url=_resolved(each.url, request)) for each in actions if _may_use(request, each)]


def _may_use(request: HttpRequest, action: Action) -> bool:
    access = getattr(request, "access", None)
    needed = (action.permission,) if isinstance(action.permission, str) else action.permission
    return not action.permission or (access is not None and all(access.has(each) for each in needed))


def _resolved(url: str | Callable[[HttpRequest], str], request: HttpRequest) -> str:
    return url(request) if callable(url) else url


def render_list(
    request: HttpRequest,
    listing: Listing,
    queryset: QuerySet[Any],
    template: str = "web/list.html",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """The whole page, the part htmx asks for, or (`?export=csv|xlsx`) a file of exactly what the filters let through.

    `template` extends base.html and includes "components/list.html". Status 409 with a sentence for an export of more
    than exports.MAX_ROWS rows.
    """
    asked = Asked(request, listing, queryset)
    if request.GET.get("export") in exports.FORMATS:
        count = asked.page().paginator.count
        if count <= exports.MAX_ROWS:
            columns = [column for column in asked.columns if column.export]
            return exports.answer(request, listing, columns, asked.rows)
        asked.refusal = exports.too_many(count)
    page = render(request, _part(request) or template, {**(context or {}), "list": asked})
    page.status_code = 409 if asked.refusal else 200
    patch_vary_headers(page, ["HX-Request", "HX-Target"])
    return page


def _part(request: HttpRequest) -> str:
    """The template of the part htmx wants: the whole list (a filter was taken off) or its rows; '' for the page."""
    asks = request.headers.get
    if not asks("HX-Request") or asks("HX-Boosted") or asks("HX-History-Restore-Request"):
        return ""
    return "components/list.html" if asks("HX-Target") == "listing" else "components/list_items.html"


def selected(request: HttpRequest, listing: Listing, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """The rows a bulk form (POST) chose: the ticked ones, or with `all_matching` every row its filters let through.

    Only rows of `queryset`, whatever ids were sent; ids that are none are left out.
    """
    if request.POST.get("all_matching"):
        return Asked(request, listing, queryset, QueryDict(request.POST.get("query", ""))).rows
    key = queryset.model._meta.pk
    ids = [value for value in request.POST.getlist("selected") if _fits(key, value)]
    return queryset.filter(pk__in=ids)


def _fits(key: Any, value: str) -> bool:
    try:
        key.to_python(value)
    except (ValidationError, ValueError, TypeError):
        return False
    return True
