"""What operations on cases share: numbers, codes to follow a case by, notes."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import pghistory

from hmislead.access import scopes
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.tenancy.operations import next_number
from policies.cases.models import CaseNote, Deviation, Grievance, Sanction

_KINDS: dict[type, str] = {Deviation: "deviation", Grievance: "grievance", Sanction: "sanction"}
# Without letters and figures that are mistaken for each other: people write the code down.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10


def number_of(prefix: str) -> str:
    """The next number of a kind of case in this year: `DV-2026-017`."""
    year = settings.today().year
    return f"{prefix}-{year}-{next_number(f'{prefix}-{year}'):03d}"


def new_code() -> str:
    """A code by which somebody without a sign-in follows their case."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def hash_of(code: str) -> str:
    """What is kept of a code. Codes are random, so a plain hash tells nothing."""
    plain = "".join(each for each in code.upper() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def sender_of(by: Any, *, anonymous: bool) -> Any:
    """The user to record as who sent something; None for nobody. An anonymous report leaves no user in the history
    either: it would name them to whoever reads it."""
    user_id = scopes.of(by).user_id if by is not None else None
    if anonymous or user_id is None:
        leave_no_trace()
        return None
    return by


def leave_no_trace() -> None:
    """Name nobody in the history rows that follow in this request, whoever happens to be signed in."""
    pghistory.context(user=None, request=None)


def note(case: Any, text: str, by: Any) -> None:
    """Write down what was done with a case, under the state it came to."""
    CaseNote.objects.create(
        **{_KINDS[type(case)]: case}, state=case.state, text=text.strip(), by=by if getattr(by, "pk", None) else None
    )


def words(text: str, sentence: str) -> str:
    """`text` without space around it. Raises DomainError with `sentence` when nothing is left."""
    if not text.strip():
        raise DomainError(sentence)
    return text.strip()
