"""Deviation reports (GOV-29): received from anybody, reviewed, acted upon, closed."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory.models import Organization
from hmislead.documents.models import Document
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from policies.cases import announcements, client_data, clocks, policy
from policies.cases.models import Deviation, ViolationClass
from policies.cases.operations.common import hash_of, new_code, note, number_of, sender_of, words


@transaction.atomic
def report_deviation(
    *,
    what: str,
    by: Any = None,
    anonymous: bool = False,
    document: Document | None = None,
    organization: Organization | None = None,
    happened_on: dt.date | None = None,
    language: str = "en",
) -> tuple[Deviation, str]:
    """Report that a policy was not kept (GOV-29). Returns the report and the code by which it can be followed.

    `by` is None for somebody who is not signed in; `anonymous` records nobody, in the history neither. The caller's form
    offers only documents and agencies its reader may know of. Raises ValidationError, and keeps nothing, where the text
    seems to hold client data; DomainError for a day to come.
    """
    client_data.refuse(what=what)
    today = settings.today()
    if happened_on and happened_on > today:
        raise DomainError("The day it happened lies ahead. Give today or an earlier day.")
    code = new_code()
    made = Deviation.objects.create(
        number=number_of("DV"),
        reporter=sender_of(by, anonymous=anonymous),
        code_hash=hash_of(code),
        language=language,
        received_on=today,
        what=words(what, "Say what happened."),
        document=document,
        organization=organization,
        happened_on=happened_on,
        review_by=clocks.after(today, settings.value("cases.review_days")),
    )
    recheck(implementation=True)
    announcements.received(made, f"Review deviation report {made.number}.", due_on=made.review_by)
    return made, code


@transaction.atomic
def review_deviation(
    *, deviation_id: UUID, by: Any, text: str, violation_class: ViolationClass | None = None
) -> Deviation:
    """Say what a report amounts to: a class of violations, or None when no policy was broken. `text` is for handlers."""
    found = _locked(deviation_id, by, text)
    found.become(Deviation.State.REVIEWED, reviewed_on=settings.today(), violation_class=violation_class)
    return _noted(found, text, by)


@transaction.atomic
def act_on_deviation(*, deviation_id: UUID, by: Any, text: str) -> Deviation:
    """Write down what is done about it. Sanctions follow from `sanctions.propose`."""
    found = _locked(deviation_id, by, text)
    found.become(Deviation.State.ACTION)
    return _noted(found, text, by)


@transaction.atomic
def close_deviation(*, deviation_id: UUID, by: Any, text: str, answer: str = "") -> Deviation:
    """Close a report. `answer` is what its reporter reads; `text` stays with who handles cases."""
    client_data.refuse(answer=answer)
    found = _locked(deviation_id, by, text)
    found.become(Deviation.State.CLOSED, closed_on=settings.today(), answer=answer.strip())
    announcements.answered(found, f"Your deviation report {found.number} is closed.", by=by)
    return _noted(found, text, by)


def _noted(found: Deviation, text: str, by: Any) -> Deviation:
    note(found, text, by)
    recheck(implementation=True)
    return found


def _locked(deviation_id: UUID, by: Any, text: str) -> Deviation:
    found: Deviation = Deviation.objects.visible_to(by).select_for_update(of=("self",)).get(pk=deviation_id)
    policy.require_handle(by)
    client_data.refuse(text=text)
    words(text, "Write down in a few words what was found or done.")
    return found
