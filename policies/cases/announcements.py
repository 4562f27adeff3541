"""Who is told what about cases. Sentences name cases by their numbers, never a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hmislead.notices import audience, operations
from hmislead.notices.models import How
from hmislead.notices.registry import NoticeType
from hmislead.web.templatetags.web import long_date
from policies.cases.models import Deviation, Grievance, Sanction

TYPES = (
    NoticeType(
        "case_received",
        "A deviation report, a grievance or an appeal came in or is late",
        "Who handles cases.",
        "you work for the HMIS Lead",
        default=How.AT_ONCE,
        permission="manage_cases",
        button="Open the case",
    ),
    NoticeType(
        "case_answered",
        "Your deviation report or grievance moved on",
        "Who sent it.",
        "you sent it",
        default=How.AT_ONCE,
        button="Read the answer",
    ),
    NoticeType(
        "sanction_notice",
        "Notice of a sanction",
        "The person it is about, and the agency's leads.",
        "the sanction is about you or your agency",
        default=How.AT_ONCE,
        fixed=True,
        button="Read the notice",
    ),
)


def received(case: Deviation | Grievance | Sanction, sentence: str, *, due_on: dt.date, by: Any = None) -> None:
    """Tell who handles cases that something waits for them."""
    operations.notify(
        type="case_received",
        recipients=audience.lead_staff(),
        sentence=sentence,
        path=case.get_absolute_url(),
        due_on=due_on,
        key=f"case:{case.pk}:{case.state}:{due_on}",
        by=by,
    )


def answered(case: Deviation | Grievance, sentence: str, *, by: Any) -> None:
    """Tell who sent a case signed in; others follow it by their code."""
    if case.reporter is None:
        return
    operations.notify(
        type="case_answered",
        recipients=[case.reporter],
        sentence=sentence,
        path=case.get_absolute_url(),
        key=f"case:{case.pk}:{case.state}",
        by=by,
    )


def sanction_told(sanction: Sanction, sentence: str, *, by: Any, event: str = "") -> None:
    """Tell the person and the agency's leads. The mail is kept in the message log."""
    people: list[Any] = list(audience.leads_of_agencies([sanction.organization_id])[sanction.organization_id])
    if sanction.person is not None:
        people.append(sanction.person)
    operations.notify(
        type="sanction_notice",
        recipients=people,
        sentence=sentence,
        path=sanction.get_absolute_url(),
        due_on=sanction.starts_on,
        organization_id=sanction.organization_id,
        license_id=sanction.license_id,
        key=f"sanction:{sanction.pk}:{event or sanction.state}",
        by=by,
    )


def notice_words(sanction: Sanction) -> str:
    """The sentence of the notice."""
    start = long_date(sanction.starts_on) if sanction.starts_on else ""
    until = f" until {long_date(sanction.ends_on)}" if sanction.ends_on else ""
    return f"Sanction {sanction.number} takes effect on {start}{until}: read the notice."
