"""The left navigation and the links of the top bar, filled by each room at start-up (its apps.py)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

ROOMS = (
    "Home",
    "Agencies",
    "People and access",
    "Agreements",
    "Policies",
    "Monitoring",
    "Training",
    "Help desk",
    "Data quality",
    "Privacy",
    "Reporting",
    "Finance",
    "Standards",
    "Settings",
)


@dataclass(frozen=True)
class NavItem:
    """One entry: where it stands, what it says, where it leads, and the permission that shows it.

    `permission` empty shows it to every member. `plain_label` is what CHO leads and end users read instead.
    """

    room: str
    order: int
    label: str
    url_name: str
    permission: str = ""
    plain_label: str = ""


@dataclass(frozen=True)
class Link:
    """An entry as one person sees it."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Section:
    """A room of the navigation as one person sees it. `url` is its first entry."""

    room: str
    url: str
    current: bool
    here: bool  # the room's own first page is the current page
    items: list[Link]


_items: list[NavItem] = []
_links: dict[str, str] = {}


def register(*items: NavItem) -> None:
    """Add entries. Raises ValueError for a room that interface.md does not name; the same entry twice is one."""
    for item in items:
        if item.room not in ROOMS:
            raise ValueError(f"{item.room!r} is not a room of the navigation: {', '.join(ROOMS)}")
        if item not in _items:
            _items.append(item)


def entries() -> tuple[NavItem, ...]:
    """Every entry there is, whoever may see it."""
    return tuple(_items)


def register_link(name: str, url_name: str) -> None:
    """Name the page behind one place of the frame: home, search, notices, account, sign_in, sign_out or saved_views."""
    _links[name] = url_name


@lru_cache(maxsize=10_000)
def address(url_name: str, slug: str | None, **kwargs: Any) -> str:
    """The address of `url_name` below the implementation `slug`, else outside any; '' when there is no such page.

    Every page's frame asks for some eighty, which never change: working them out took a tenth of a page's time.
    """
    for below in ({"slug": slug}, {}) if slug else ({},):
        try:
            return reverse(url_name, kwargs={**below, **kwargs})
        except NoReverseMatch:
            continue
    return ""


def links(slug: str | None) -> dict[str, str]:
    """Addresses of the frame's own places that exist, by name."""
    found = {name: address(url_name, slug) for name, url_name in _links.items()}
    return {name: url for name, url in found.items() if url}


def sections(request: HttpRequest) -> list[Section]:
    """The rooms and entries the person of `request` may use, in the order of interface.md; no queries of its own."""
    implementation = getattr(request, "implementation", None)
    access = getattr(request, "access", None)
    if implementation is None or access is None:
        return []
    rooms: dict[str, list[tuple[str, str]]] = {}
    for item in sorted(_items, key=lambda each: (each.order, each.label)):
        url = address(item.url_name, implementation.slug)
        if url and (not item.permission or access.has(item.permission)):
            rooms.setdefault(item.room, []).append((_label(item, access), url))
    here = _current(request, [url for entries in rooms.values() for _, url in entries], links(implementation.slug))
    return [_section(room, rooms[room], here) for room in ROOMS if room in rooms]


def _label(item: NavItem, access: Any) -> str:
    """Plainer words for people who are not HMIS Lead or CoC staff, when the entry has them."""
    return item.plain_label if item.plain_label and getattr(access, "is_plain", False) else item.label


def _current(request: HttpRequest, urls: list[str], known: dict[str, str]) -> str:
    """The entry the page belongs to: the longest address the path begins with, else the first of the page's own part.

    Every address begins with that of the home page, which is therefore itself alone.
    """
    path = request.path
    below = [
        url for url in urls if path == url or (url != known.get("home") and path.startswith(f"{url.rstrip('/')}/"))
    ]
    return max(below, key=len, default="") or _of_part(request, urls)


def _of_part(request: Any, urls: list[str]) -> str:
    """The first entry whose address is named by the same part of the product as the page."""
    match = getattr(request, "resolver_match", None)
    if match is None or not match.namespace:
        return ""
    slug = request.implementation.slug
    own = {address(item.url_name, slug) for item in _items if item.url_name.startswith(f"{match.namespace}:")}
    return next((url for url in urls if url in own), "")


def _section(room: str, entries: list[tuple[str, str]], here: str) -> Section:
    items = [Link(label, url, url == here) for label, url in entries]
    current = any(item.current for item in items)
    return Section(room, items[0].url, current, current and items[0].current, items)
