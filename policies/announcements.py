"""Reminders to people whose acknowledgement falls due."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse

from hmislead.compliance.models import Status
from hmislead.directory.models import Person
from hmislead.notices import operations
from hmislead.notices.models import How
from hmislead.notices.registry import NoticeType
from hmislead.tenancy import context, settings

CODES = ("policies-acknowledged", "policies-read")
TYPES = (
    NoticeType(
        "policies_due",
        "Policies wait for your acknowledgement",
        "Who must acknowledge them.",
        "you have access to the HMIS or lead an agency",
        default=How.AT_ONCE,
        button="Read and acknowledge",
    ),
)


def after_night(run: Any) -> None:
    """The unit of a night: remind each person once per due day, and once when it is late."""
    soon = run.as_of + dt.timedelta(days=settings.value("policies.remind_days"))
    due = Status.objects.filter(requirement__in=CODES, subject_kind="person")
    coming = due.filter(state="due_soon", due_on__lte=soon)
    late = due.filter(state__in=("overdue", "not_met"))
    for rows, sentence in (
        (coming, "Read and acknowledge your policies before they fall due."),
        (late, "Read and acknowledge your policies: the acknowledgement is missing or late."),
    ):
        for state, due_on, code, person_id in rows.values_list("state", "due_on", "requirement", "subject_id"):
            remind(person_id, sentence, key=f"{code}:{state}:{due_on}")


def remind(person_id: Any, sentence: str, *, key: str, by: Any = None) -> int:
    """Tell one person. The same `key` tells once. Returns 1 if somebody was told now."""
    people = Person.objects.filter(pk=person_id).select_related("user")
    path = reverse("policies:my-policies", kwargs={"slug": context.current().slug})
    return len(operations.notify(type="policies_due", recipients=people, sentence=sentence, path=path, key=key, by=by))
