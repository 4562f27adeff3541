"""What happened in the directory, told to whom it concerns. Rooms call these from their operations, after the change.

In setup people load old papers in peace: nothing of this is told. Nor is what happened long ago and is only written
down now. Tasks are told after each night, together, so that a roster with five hundred differences is one sentence.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from hmislead.compliance.models import Run, Task
from hmislead.directory.models import Departure, ImportBatch, License, Organization
from hmislead.notices import audience, hours, moot, operations, queue
from hmislead.notices.audience import Recipient, recipients_of
from hmislead.notices.operations import Telling
from hmislead.notices.registry import TYPES
from hmislead.notices.wording import Item
from hmislead.tenancy import context, settings
from hmislead.web.templatetags.web import long_date

WARN_BEFORE = dt.timedelta(hours=4)
NEWS = dt.timedelta(days=7)
STATES = {
    License.State.SUSPENDED: ("suspended", "the account in the HMIS must not be used"),
    License.State.BLOCKED: ("blocked", "it goes no further until the HMIS Lead unblocks it"),
    License.State.ACTIVE: ("active", "the HMIS may be used"),
}
IMPORTS = {
    ImportBatch.State.PREVIEWED: "Import {number} is read: look at its preview, then apply it",
    ImportBatch.State.REFUSED: "Import {number} was refused: see why, and send another file",
    ImportBatch.State.MAPPING: "Import {number} needs you: say what its columns hold",
    ImportBatch.State.APPLIED: "Import {number} is applied",
}
# Tasks that only the HMIS Lead's staff can do.
LEADS_OWN = (Task.Kind.DECIDE_SUSPENSION, Task.Kind.UNKNOWN_ACCOUNT)


def licenses_moved(licenses: Iterable[License], *, on: dt.date, by: Any) -> None:
    """Tell each holder, and the leads of the agencies, that licenses were suspended, blocked or opened (again) on a day.

    Holders hear of their own license, leads of how many. The rows bring `person` and `organization`.
    """
    moved = [row for row in licenses if License.State(row.state) in STATES]
    if not moved or _is_old_news(on):
        return
    holders = _recipients([row.person for row in moved])
    leads = audience.leads_of_agencies({row.organization_id for row in moved})
    groups: dict[tuple[UUID, str], list[License]] = defaultdict(list)
    tellings = []
    for row in moved:
        groups[row.organization_id, row.state].append(row)
        if row.person_id in holders:
            tellings.append(
                Telling(holders[row.person_id], _license_item([row], own=True), row.organization_id, row.pk)
            )
    for (organization_id, _), rows in groups.items():
        one = rows[0].pk if len(rows) == 1 else None
        tellings += [Telling(lead, _license_item(rows), organization_id, one) for lead in leads[organization_id]]
    operations.tell(TYPES["license_state"], [each for each in tellings if not _caused(each.recipient, by)])


def departure_reported(departure: Departure, *, by: Any) -> None:
    """Tell who keeps the agency's accounts by when the account must be shut; again, by e-mail, before the clock ends.

    The second mail leaves four hours before, or at the last business hour before that; not once the account is shut.
    """
    if departure.proved_at or _is_old_news(_local(departure.due_at).date()):
        return
    license = departure.license
    common: dict[str, Any] = {
        "type": "departure",
        "recipients": audience.account_keepers(license.organization_id),
        "path": license.get_absolute_url(),
        "due_on": _local(departure.due_at).date(),
        "organization_id": license.organization_id,
        "license_id": license.pk,
    }
    until = _moment(departure.due_at)
    sentence = f"{license.organization}: somebody leaves; shut the HMIS account by {until}."
    operations.notify(sentence=sentence, key=f"departure:{departure.pk}", by=by, **common)
    warn_at = hours.current().last_open(departure.due_at - WARN_BEFORE, since=timezone.now())
    if warn_at:
        sentence = f"{license.organization}: the clock runs out; shut the HMIS account by {until}."
        operations.notify(sentence=sentence, key=f"{moot.CLOCK}{departure.pk}", not_before=warn_at, **common)


def import_moved(batch: ImportBatch) -> None:
    """Tell who started an import that it waits for them, was refused, or is done."""
    words = IMPORTS.get(ImportBatch.State(batch.state))
    if words and batch.uploaded_by:
        operations.notify(
            type="import_finished",
            recipients=[batch.uploaded_by],
            sentence=f"{words.format(number=batch)}.",
            path=batch.get_absolute_url(),
        )


def tasks_after_night(run: Run) -> None:
    """After each night: how many tasks are new since the night before, and how many have become late since."""
    if run.kind != Run.Kind.NIGHT or queue.mails_nothing():
        return
    before = Run.objects.filter(kind=Run.Kind.NIGHT, as_of__lt=run.as_of).order_by("-as_of").first()
    since = before.created_at if before else run.created_at - dt.timedelta(days=1)
    tasks = Task.objects.open()
    _tell_tasks("task_opened", tasks.filter(created_at__gt=since, created_at__lte=run.created_at), run)
    _tell_tasks("task_overdue", tasks.filter(due_at__gt=since, due_at__lte=run.created_at), run)


def _tell_tasks(type: str, tasks: Any, run: Run) -> None:
    """The HMIS Lead's staff hear of all of them, each agency's people of its own that they can do."""
    counts = {"n": Count("pk"), "first": Min("due_at")}
    every = tasks.aggregate(**counts)
    if not every["n"]:
        return
    here = context.current()
    item = _task_item(type, here.name, every, run)
    tellings = [Telling(recipient, item) for recipient in recipients_of(audience.lead_staff())]
    theirs = tasks.filter(~Q(kind__in=LEADS_OWN), organization__isnull=False).order_by().values("organization_id")
    by_agency = {row["organization_id"]: row for row in theirs.annotate(**counts)}
    names = dict(Organization.objects.filter(pk__in=by_agency).values_list("pk", "name"))
    for agency, keepers in audience.keepers_of_agencies(by_agency).items():
        item = _task_item(type, names[agency], by_agency[agency], run)
        tellings += [Telling(recipient, item, agency) for recipient in keepers]
    operations.tell(TYPES[type], tellings)


def _task_item(type: str, who: str, counted: dict[str, Any], run: Run) -> Item:
    number, first = counted["n"], counted["first"]
    what = "1 task" if number == 1 else f"{number:,} tasks"
    sentence = f"{who}: {what} new" if type == "task_opened" else f"{who}: {what} late"
    if first:
        sentence += f", {'' if number == 1 else 'the first '}due by {_moment(first)}"
    path = reverse("compliance:task-list", kwargs={"slug": context.current().slug})
    return Item(f"{sentence}.", path, _local(first).date() if first else None, f"{type}:{who}:{run.as_of}", type)


def _license_item(rows: list[License], *, own: bool = False) -> Item:
    agency, (word, meaning) = rows[0].organization, STATES[License.State(rows[0].state)]
    what = "Your license" if own else "A license"
    if len(rows) == 1:
        sentence, path = f"{what} at {agency} is {word}: {meaning}", rows[0].get_absolute_url()
    else:
        sentence, path = f"{len(rows):,} licenses at {agency} are {word}", agency.get_absolute_url()
    return Item(f"{sentence}.", path, type="license_state")


def _recipients(people: Iterable[Any]) -> dict[UUID, Recipient]:
    return {each.person_id: each for each in recipients_of(people) if each.person_id}


def _caused(recipient: Recipient, by: Any) -> bool:
    return recipient.user_id is not None and recipient.user_id == getattr(by, "pk", None)


def _is_old_news(day: dt.date) -> bool:
    return queue.mails_nothing() or day < settings.today() - NEWS


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(context.current().zone)


def _moment(moment: dt.datetime) -> str:
    local = _local(moment)
    return f"{long_date(local.date())}, {local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
