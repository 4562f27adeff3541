"""Grievances (POL-33): received from anybody, acknowledged, reviewed, decided, appealed once, closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory.models import Organization
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.templatetags.web import long_date
from policies.cases import announcements, client_data, clocks, policy
from policies.cases.models import Grievance
from policies.cases.operations.common import hash_of, leave_no_trace, new_code, note, number_of, sender_of, words

State = Grievance.State


@transaction.atomic
def file_grievance(
    *,
    complainant: str,
    subject: str,
    what: str,
    by: Any = None,
    anonymous: bool = False,
    wanted: str = "",
    organization: Organization | None = None,
    language: str = "en",
) -> tuple[Grievance, str]:
    """File a grievance (POL-33). Returns it and the code by which it can be followed and appealed without a sign-in.

    Its clocks are set by the settings of today. Raises ValidationError, and keeps nothing, for client data in a text.
    """
    client_data.refuse(what=what, wanted=wanted)
    today, code = settings.today(), new_code()
    days = settings.values(["cases.acknowledge_days", "cases.decide_days"])
    made = Grievance.objects.create(
        number=number_of("G"),
        reporter=sender_of(by, anonymous=anonymous),
        code_hash=hash_of(code),
        language=language,
        received_on=today,
        complainant=complainant,
        subject=subject,
        what=words(what, "Say what happened."),
        wanted=wanted.strip(),
        organization=organization,
        acknowledge_by=clocks.after(today, days["cases.acknowledge_days"]),
        decide_by=clocks.after(today, days["cases.decide_days"]),
    )
    recheck(implementation=True)
    announcements.received(made, f"Acknowledge grievance {made.number}.", due_on=made.acknowledge_by)
    return made, code


@transaction.atomic
def acknowledge(*, grievance_id: UUID, by: Any, text: str = "") -> Grievance:
    """Tell who complains that it arrived and by when it is decided."""
    found = _handled(grievance_id, by, text=text)
    found.become(State.ACKNOWLEDGED, acknowledged_on=settings.today())
    sentence = f"Grievance {found.number} arrived. It is decided by {long_date(found.decide_by)}."
    announcements.answered(found, sentence, by=by)
    return _noted(found, text, by)


@transaction.atomic
def begin_review(*, grievance_id: UUID, by: Any, text: str = "") -> Grievance:
    """Somebody looks into it; `text` says who and what."""
    found = _handled(grievance_id, by, text=text)
    found.become(State.IN_REVIEW)
    return _noted(found, text, by)


@transaction.atomic
def decide(*, grievance_id: UUID, outcome: str, decision: str, by: Any, text: str = "") -> Grievance:
    """Decide it. `decision` is what the complainant reads, `text` stays with who handles cases."""
    found = _handled(grievance_id, by, text=text, decision=decision)
    today = settings.today()
    found.become(
        State.DECIDED,
        outcome=outcome,
        decision=words(decision, "Give the decision and its reasons."),
        decided_on=today,
        appeal_until=clocks.after(today, settings.value("cases.appeal_days")),
    )
    announcements.answered(found, f"Grievance {found.number} is decided: read the decision.", by=by)
    return _noted(found, text, by)


@transaction.atomic
def appeal(*, grievance_id: UUID, text: str, by: Any = None, code: str = "") -> Grievance:
    """Appeal the decision, once, within its days: who sent it signed in, by code, or staff for what came on paper."""
    client_data.refuse(text=text)
    found = _theirs(grievance_id, by, code)
    today = settings.today()
    if found.appeal_until and today > found.appeal_until:
        raise DomainError(f"The decision could be appealed until {long_date(found.appeal_until)}.")
    due = clocks.after(today, settings.value("cases.decide_appeal_days"))
    found.become(
        State.APPEALED,
        appeal=words(text, "Say why the decision should be looked at again."),
        appealed_on=today,
        decide_appeal_by=due,
    )
    announcements.received(found, f"Decide the appeal of grievance {found.number}.", due_on=due)
    return _noted(found, "Appeal filed.", None)


@transaction.atomic
def close(*, grievance_id: UUID, by: Any, decision: str = "", text: str = "") -> Grievance:
    """Close it: with the decision on the appeal, if there was one; that decision is final."""
    found = _handled(grievance_id, by, text=text, decision=decision)
    changes: dict[str, Any] = {"closed_on": settings.today()}
    if found.state == State.APPEALED:
        changes["appeal_decision"] = words(decision, "Give the decision on the appeal and its reasons.")
        changes["appeal_decided_on"] = settings.today()
    elif found.state == State.DECIDED and found.appeal_until and settings.today() <= found.appeal_until:
        raise DomainError(f"The decision may be appealed until {long_date(found.appeal_until)}. It closes by itself.")
    found.become(State.CLOSED, **changes)
    announcements.answered(found, f"Grievance {found.number} is closed.", by=by)
    return _noted(found, text, by)


@transaction.atomic
def rate(*, grievance_id: UUID, satisfaction: int, by: Any = None, code: str = "") -> Grievance:
    """Say how content one is with how it was handled, from 1 to 5 (PAR-17). The last answer counts."""
    found = _theirs(grievance_id, by, code)
    if found.state not in {State.DECIDED, State.CLOSED}:
        raise DomainError("Say how content you are once it is decided.")
    if not 1 <= satisfaction <= 5:
        raise DomainError("Choose a number from 1 to 5.")
    found.satisfaction = satisfaction
    found.save(update_fields=["satisfaction", "updated_at"])
    return found


def _theirs(grievance_id: UUID, by: Any, code: str) -> Grievance:
    """A grievance, locked, for who sent it: by the code they were given, or signed in; and for who handles cases."""
    rows = Grievance.objects.select_for_update(of=("self",))
    if by is None:
        leave_no_trace()
        found: Grievance = rows.get(pk=grievance_id, code_hash=hash_of(code))
        return found
    found = rows.visible_to(by).get(pk=grievance_id)
    if not (policy.is_reporter(by, found) or policy.can_handle(by)):
        raise PermissionDenied(policy.NOT_YOURS)
    return found


def _handled(grievance_id: UUID, by: Any, **texts: str) -> Grievance:
    found: Grievance = Grievance.objects.visible_to(by).select_for_update(of=("self",)).get(pk=grievance_id)
    policy.require_handle(by)
    client_data.refuse(**texts)
    return found


def _noted(found: Grievance, text: str, by: Any) -> Grievance:
    note(found, text, by)
    recheck(implementation=True)
    return found
