"""What happened in the directory, told to whom it concerns. Rooms call these from their operations, after the change.

Each is one call of `operations.notify` with the words and the audience of its type.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from hmislead.accounts.models import User
from hmislead.compliance.models import Run, Task
from hmislead.directory.models import Departure, License
from hmislead.notices import audience, hours, moot, operations
from hmislead.notices.models import Notice
from hmislead.tenancy import context
from hmislead.web.templatetags.web import long_date

WARN_BEFORE = dt.timedelta(hours=4)
STATE_WORDS = {
    License.State.SUSPENDED: "A license at {agency} is suspended: the account in the HMIS must not be used",
    License.State.BLOCKED: "A request for a license at {agency} is blocked",
    License.State.ACTIVE: "A license at {agency} is active: the HMIS may be used",
}
DECIDED_BY_LEAD = (Task.Kind.DECIDE_SUSPENSION, Task.Kind.UNKNOWN_ACCOUNT)


def license_moved(license: License, *, by: Any) -> None:
    """Tell the holder, and the lead of the agency, that a license was suspended, blocked, or opened (again)."""
    words = STATE_WORDS.get(License.State(license.state))
    if words is None:
        return
    leads = audience.leads_of_agencies([license.organization_id])[license.organization_id]
    operations.notify(
        type="license_state",
        recipients=[license.person, *leads],
        sentence=f"{words.format(agency=license.organization)}."[:300],
        path=license.get_absolute_url(),
        organization_id=license.organization_id,
        license_id=license.pk,
        by=by,
    )


def departure_reported(departure: Departure, *, by: Any) -> None:
    """Tell who keeps the agency's accounts by when the account must be shut; again, by e-mail, before the clock ends.

    The second mail leaves four hours before, or at the last business hour before that; not once the account is shut.
    """
    license = departure.license
    told = audience.account_keepers(license.organization_id)
    until = _moment(departure.due_at)
    common: dict[str, Any] = {
        "type": "departure",
        "recipients": told,
        "path": license.get_absolute_url(),
        "due_on": departure.due_at.astimezone(context.current().zone).date(),
        "organization_id": license.organization_id,
        "license_id": license.pk,
    }
    sentence = f"{license.organization}: somebody leaves; the HMIS account must be shut by {until}."
    operations.notify(sentence=sentence, key=f"departure:{departure.pk}", by=by, **common)
    warn_at = hours.current().last_open(departure.due_at - WARN_BEFORE, since=timezone.now())
    if warn_at and departure.proved_at is None:
        operations.notify(
            sentence=f"{license.organization}: the clock runs out; shut the HMIS account by {until}.",
            key=f"{moot.CLOCK}{departure.pk}",
            not_before=warn_at,
            **common,
        )


def task_opened(task: Task, *, by: Any = None) -> None:
    """Tell who can do it that there is a new task."""
    due = f", due by {_moment(task.due_at)}" if task.due_at else ""
    _about_task(task, "task_opened", f"{task}: {task.title}{due}.", by)


def late_tasks(run: Run) -> None:
    """After a night: tell of each task that is late, once."""
    key = Concat(Value("task_overdue:"), Cast(OuterRef("pk"), CharField()))
    late = Task.objects.open().filter(~Exists(Notice.objects.filter(key=key)), due_at__lt=timezone.now())
    for task in late.select_related("organization").order_by("number"):
        due_at = task.due_at or timezone.now()
        _about_task(task, "task_overdue", f"{task} is late: {task.title}, was due by {_moment(due_at)}.", None)


def import_finished(*, user: User, sentence: str, path: str, key: str) -> None:
    """Tell who started an import how it ended."""
    operations.notify(type="import_finished", recipients=[user], sentence=sentence, path=path, key=key)


def report_ready(*, user: User, sentence: str, path: str, key: str, organization_id: UUID | None = None) -> None:
    """Tell who asked for a report that it is there, or that it could not be made."""
    operations.notify(
        type="report_ready",
        recipients=[user],
        sentence=sentence,
        path=path,
        key=key,
        organization_id=organization_id,
    )


def _about_task(task: Task, type: str, sentence: str, by: Any) -> None:
    told = audience.lead_staff() if task.kind in DECIDED_BY_LEAD else audience.account_keepers(task.organization_id)
    operations.notify(
        type=type,
        recipients=told,
        sentence=sentence[:300],
        path=task.get_absolute_url(),
        due_on=task.due_at.astimezone(context.current().zone).date() if task.due_at else None,
        organization_id=task.organization_id,
        license_id=task.license_id,
        key=f"{type}:{task.pk}",
        by=by,
    )


def _moment(moment: dt.datetime) -> str:
    local = moment.astimezone(context.current().zone)
    return f"{long_date(local.date())}, {local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
