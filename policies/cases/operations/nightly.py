"""What every night does with cases: sanctions begin and end on their days, decisions nobody appealed close."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from hmislead.access.scopes import ROBOT
from hmislead.compliance.engine import recheck
from hmislead.tenancy import context
from hmislead.web.templatetags.web import long_date
from policies.cases import announcements
from policies.cases.models import Deviation, Grievance, Sanction
from policies.cases.operations import sanctions
from policies.cases.operations.common import note

State = Sanction.State


def after_night(run: Any) -> None:
    """The unit of a night. In setup, and once closed, an implementation suspends nobody."""
    if not context.current().suspends_and_mails:
        return
    move_sanctions(run.as_of)
    close_grievances(run.as_of)
    remind_late(run.as_of)


@transaction.atomic
def move_sanctions(today: dt.date) -> int:
    """Put into effect what is due, lift what is past its last day. Returns how many moved. May run twice."""
    rows = Sanction.objects.select_related("organization", "person__user").select_for_update(of=("self",))
    due = list(rows.filter(state=State.NOTIFIED, starts_on__lte=today).order_by("pk"))
    for sanction in due:
        sanctions.begin(sanction, today, ROBOT)
    over = list(rows.filter(state=State.IN_EFFECT, ends_on__lt=today).order_by("pk"))
    for sanction in over:
        assert sanction.ends_on is not None  # the filter asks for it
        sanctions.end(sanction, f"Its last day was {long_date(sanction.ends_on)}.", ROBOT, on=today)
    return len(due) + len(over)


@transaction.atomic
def close_grievances(today: dt.date) -> int:
    """Close decisions whose days to appeal are over. Returns how many."""
    rows = Grievance.objects.select_for_update(of=("self",)).filter(
        state=Grievance.State.DECIDED, appeal_until__lt=today
    )
    found = list(rows.order_by("pk"))
    for grievance in found:
        grievance.become(Grievance.State.CLOSED, closed_on=today)
        note(grievance, "Nobody appealed in time.", ROBOT)
    if found:
        recheck(implementation=True)
    return len(found)


def remind_late(today: dt.date) -> None:
    """Tell who handles cases, once each, what is past its day."""
    for report in Deviation.objects.filter(state=Deviation.State.RECEIVED, review_by__lt=today):
        announcements.received(report, f"Deviation report {report.number} is late.", due_on=report.review_by)
    for grievance in Grievance.objects.late(today):
        due = grievance.due_by
        if due:
            announcements.received(grievance, f"Grievance {grievance.number} is late.", due_on=due)
