"""Types of notices, registered at start-up; rooms add their own in `apps.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hmislead.notices.models import How


@dataclass(frozen=True)
class NoticeType:
    """One kind of thing people are told.

    `label` names it on the page of preferences, `audience` says who is told, `why` ends the sentence "You get this
    because …" in the mail. `default` is how e-mail goes out unless a person chose otherwise; `fixed` types cannot be
    turned off. `permission` hides the type from who can never get it; empty shows it to every member. `button` is what
    the mail's button says. `is_moot(key)` asks, just before a scheduled mail goes out, whether it is still needed.
    `why_es` and `button_es` are for types whose sentences may be Spanish; without them their mail's frame is English.
    `again` is said of a mail that the log cannot send a second time: where that is done instead.
    """

    code: str
    label: str
    audience: str
    why: str
    default: str = How.DAILY
    permission: str = ""
    fixed: bool = False
    button: str = "Open the page"
    template: str = "notices/mail/message"
    is_moot: Callable[[str], bool] | None = None
    again: str = ""
    why_es: str = ""
    button_es: str = ""


TYPES: dict[str, NoticeType] = {}


def register(*types: NoticeType) -> None:
    """Add types. Raises ValueError for a code that is taken."""
    for each in types:
        if each.code in TYPES:
            raise ValueError(f"The type of notice {each.code} is registered twice.")
        TYPES[each.code] = each


def again(code: str) -> str:
    """Why a mail of this type cannot be sent again from the log, and where it can; empty when it can."""
    return TYPES[code].again if code in TYPES else ""


def label(code: str) -> str:
    """The label of a type; its code, should it no longer be registered."""
    return TYPES[code].label if code in TYPES else code.replace("_", " ")
