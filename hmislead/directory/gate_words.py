"""THE answer about a license in words: may its holder use the HMIS, until when, and why not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from hmislead.access.scopes import Access
from hmislead.compliance import gate
from hmislead.compliance.models import Gate
from hmislead.directory.models import License
from hmislead.web.templatetags.web import long_date


@dataclass(frozen=True)
class Told:
    """A license with its answer. `until` is the last good day; `why` says what our own decision has to do with a no."""

    row: License
    answer: gate.GateAnswer
    may_use: bool
    until: dt.date | None
    why: str

    @property
    def sentence(self) -> str:
        if not self.may_use:
            return "May not use the HMIS"
        return f"May use the HMIS until {long_date(self.until)}" if self.until else "May use the HMIS"

    @property
    def sign(self) -> str:
        return "may_use" if self.may_use else "may_not_use"

    @property
    def is_complete(self) -> bool:
        """Nothing is missing, so the license could be activated."""
        return self.answer.is_open


def tell(license: License, answer: gate.GateAnswer) -> Told:
    """The words for one license."""
    may_use = license.state == License.State.ACTIVE and answer.is_open
    until = answer.lapses_on - dt.timedelta(days=1) if may_use and answer.lapses_on else None
    return Told(license, answer, may_use, until, "" if may_use else _why(license, answer))


def tell_all(licenses: Any, *, reader: Access) -> list[Told]:
    """The words for each license of a queryset, living ones first, with the buttons of `reader`. Two queries."""
    rows = list(licenses.select_related("person", "organization").order_by("terminated_on", "organization__name", "pk"))
    rows.sort(key=lambda row: row.state == License.State.TERMINATED)
    gates = Gate.objects.filter(license__in=[row.pk for row in rows])
    answers = {row.license_id: gate.answer_of(row, reader=reader) for row in gates}
    unknown = gate.GateAnswer(is_open=False, reasons=[], lapses_on=None)
    return [tell(row, answers.get(row.pk, unknown)) for row in rows]


def _why(license: License, answer: gate.GateAnswer) -> str:
    because = f": {license.state_reason}" if license.state_reason else ""
    if license.state == License.State.TERMINATED:
        return (
            f"This license ended on {long_date(license.terminated_on)}{because}" if license.terminated_on else "Ended"
        )
    if license.state == License.State.SUSPENDED:
        since = f" since {long_date(license.suspended_on)}" if license.suspended_on else ""
        return f"This license is suspended{since}{because}"
    if license.state == License.State.BLOCKED:
        return f"This request is on hold{because}"
    if license.state == License.State.REQUESTED:
        return (
            "Everything is in place. The HMIS Lead can activate it."
            if answer.is_open
            else "It was requested and is not active yet."
        )
    return "" if answer.reasons else "Its checks have not run yet."
