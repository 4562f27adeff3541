"""The words of a page: states, days, moments, numbers and the pieces too small for a component."""

from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hmislead.web import states

register = template.Library()

NEAR_DAYS = 45  # beyond this a distance in days helps nobody; the date itself is shown


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the USWDS sprite; decorative, unless `label` gives it words."""
    if label:
        shape = '<svg class="icon" role="img" aria-label="{}" focusable="false"><use href="{}"></use></svg>'
        return format_html(shape, label, _in_sprite(name))
    return _decoration(name)


def _in_sprite(name: str) -> str:
    return f"{static('vendor/uswds/img/sprite.svg')}#{name}"


@cache  # a grid shows a thousand of the same few
def _decoration(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        _in_sprite(name),
    )


@register.simple_tag
def chip(state: object, word: str = "") -> SafeString:
    """A state as icon, word and colour. `word` replaces the vocabulary's word ("waiting for Harbor House")."""
    return _chip(str(state), word)


# As many as there are states, and the words of the grids that were last read. Typed, because a safe word and an unsafe
# one are equal and must not be taken for each other.
@lru_cache(maxsize=1024, typed=True)
def _chip(state: str, word: str) -> SafeString:
    shown = states.sign(state)
    return format_html(
        '<span class="chip chip-{}">{}{}</span>',
        shown.tone,
        icon(shown.icon),
        word or shown.word,
    )


@register.filter
def state_word(state: object) -> str:
    """The word of a state, where a chip would be too much."""
    return states.sign(state).word


def long_date(value: date) -> str:
    """14 March 2027."""
    return f"{value.day} {value:%B %Y}"


def distance(value: date, today: date) -> str:
    """How far `value` is from `today` in words: "today", "in 12 days", "3 days ago"."""
    days = (value - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


@register.simple_tag
def day(value: date | datetime | None, show: str = "exact", none: str = "–") -> SafeString | str:
    """A date in words. `show="relative"` says how far it is when that is near, with the exact date kept.

    A date and time is taken to its day in the implementation's time zone first. `none` stands where there is no date.
    """
    if not value:
        return none
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    exact, today = long_date(value), timezone.localdate()
    if show != "relative" or abs((value - today).days) > NEAR_DAYS:
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), exact)
    shape = '<time datetime="{}" title="{}">{}<span class="usa-sr-only"> ({})</span></time>'
    return format_html(shape, value.isoformat(), exact, distance(value, today), exact)


@register.simple_tag
def moment(value: datetime | None, zone: bool = False, none: str = "–") -> SafeString | str:
    """A date and time in the implementation's time zone: 14 March 2027, 2:05 pm. `zone` adds the zone's letters."""
    if not value:
        return none
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    clock = f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    text = f"{long_date(local.date())}, {clock}" + (f" {local:%Z}" if zone else "")
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), text)


@register.filter
def in_sentence(title: str) -> str:
    """A title as it reads inside a sentence: "participation agreement of Harbor House", but "CoC-Lead agreement"."""
    first = title.split(" ", 1)[0]
    return title if any(letter.isupper() for letter in first[1:]) else title[:1].lower() + title[1:]


@register.simple_tag
def crumb(label: str, url: str = "") -> SafeString:
    """One step of a breadcrumb; without `url` it is the page itself."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html('<li aria-current="page">{}</li>', label)


@register.simple_tag
def button_link(label: str, url: str, kind: str = "", sign: str = "") -> SafeString:
    """A link that looks like a button. `kind`: "" the primary, "outline", "quiet" or "danger"; `sign` an icon."""
    classes = {
        "": "button",
        "outline": "button button-outline",
        "quiet": "button button-quiet",
    }
    return format_html(
        '<a class="{}" href="{}">{}{}</a>',
        classes.get(kind, f"button button-{kind}"),
        url,
        icon(sign) if sign else "",
        label,
    )


@register.filter
def count_of(number: int, words: str) -> str:
    """ "1 agency", "12 agencies": `words` is "agency,agencies"."""
    one, many = words.split(",")
    return f"{number:,} {one if number == 1 else many}"


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: object) -> str:
    """The page's query string with `changes` made; None or "" takes a parameter out; the page number is dropped."""
    query = context["request"].GET.copy()
    for name in ("page", "export", *changes):
        query.pop(name, None)
    query.update({name: value for name, value in changes.items() if value not in (None, "")})
    return f"?{query.urlencode()}"


@register.filter
def as_query(pairs: dict[str, object]) -> str:
    """A query string of a dictionary."""
    return f"?{urlencode(pairs, doseq=True)}"


@register.filter
def chart_width(letters: int) -> int:
    """Width in pixels of the plate behind a number of `letters` in a striped part of a chart."""
    return letters * 8 + 6


@register.filter
def chart_half(letters: int) -> float:
    """Half of `chart_width`."""
    return chart_width(letters) / 2


@register.filter
def has_permission(access: Any, permission: str) -> bool:
    """Whether the reader holds a permission anywhere here: decides what is offered; the operation decides what is done."""
    return bool(access) and access.has(permission)
