"""The words of a date that is near or past, the same in notices, mails and previews. No personal data in any of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from hmislead.web.templatetags.web import long_date


@dataclass(frozen=True)
class Item:
    """One thing somebody is told. `path` is an address of this site; `key` tells the same thing once; `language` is that
    of the sentence, English unless given."""

    sentence: str
    path: str
    due_on: dt.date | None = None
    key: str = ""
    type: str = ""
    language: str = "en"

    def stored(self) -> dict[str, Any]:
        """As it is kept with its message."""
        return {
            "sentence": self.sentence,
            "path": self.path,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "key": self.key,
            "type": self.type,
            "language": self.language,
        }


def from_stored(data: dict[str, Any]) -> Item:
    """The item that `stored` wrote."""
    due_on = dt.date.fromisoformat(data["due_on"]) if data["due_on"] else None
    return Item(data["sentence"], data["path"], due_on, data["key"], data["type"], data.get("language", "en"))


def when(due_on: dt.date | None, today: dt.date, *, failing: bool = False) -> str:
    """ "due by 14 March 2027", "due today", "was due on 3 May 2026"; "still missing" without a date."""
    if due_on is None:
        return "still missing" if failing else "due"
    if due_on == today:
        return "due today"
    return f"due by {long_date(due_on)}" if due_on > today else f"was due on {long_date(due_on)}"


def due_sentence(who: str, title: str, due_on: dt.date | None, today: dt.date, *, failing: bool = False) -> str:
    """ "Harbor House: Participation agreement, due by 14 March 2027." """
    return f"{who}: {title}, {when(due_on, today, failing=failing)}."


def people_sentence(who: str, title: str, count: int, due_on: dt.date | None, today: dt.date) -> str:
    """ "Harbor House: Privacy training of 12 people, the first due by 14 March 2027." """
    people = "1 person" if count == 1 else f"{count:,} people"
    first = "" if count == 1 else "the first "
    return f"{who}: {title} of {people}, {first}{when(due_on, today, failing=True)}."


def subject_of(items: list[Item], place: str, today: dt.date, language: str = "en") -> str:
    """The subject of a mail about `items` from `place`: the one sentence, or how many and, in English, by when."""
    if len(items) == 1:
        return items[0].sentence.rstrip(".")
    if language == "es":
        return f"{len(items)} asuntos le esperan en {place}"
    dates = sorted(item.due_on for item in items if item.due_on)
    things = f"{len(items)} things need you at {place}"
    if not dates:
        return things
    if dates[0] < today:
        return f"{things}; the oldest was due on {long_date(dates[0])}"
    return f"{things}; the first is {when(dates[0], today)}"
