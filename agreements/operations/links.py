"""Personal links without a sign-in, to sign (good once) or to get the sealed copy: a link by mail, a code by another.

The secret of a link exists in one place only: the mail. The task that sends the mail makes it; we keep its hash.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from agreements.models import Candidate, Signer, SigningLink, TrailEntry
from agreements.operations.trail import write
from hmislead.accounts.models import hash_secret
from hmislead.errors import DomainError
from hmislead.tenancy import context

CODE_MINUTES, MOST_TRIES, MOST_CODES = 15, 5, 5
COPY_DAYS = 30
Purpose = SigningLink.Purpose
UNKNOWN = "We do not know this link. Open the link from the newest mail you got, or ask who sent it for a new one."
USED = "This link was used: the agreement is signed. Nothing more is needed."
OVER = "The time to sign with this link is over. Ask who sent it to send the agreement again."
COPY_OVER = f"This link worked for {COPY_DAYS} days, and they are over. Ask who sent it to you for the signed copy."
CODE_OVER = "This code is not good any more. Ask for a new one."
CODE_TRIES = "Too many wrong tries. Ask for a new code."
CODE_WRONG = "This is not the code we sent. Look at the newest mail and type its six digits."
REVOKED = "This link does not work any more. If you still expect to sign, ask who sent it."


@dataclass(frozen=True)
class OpenLink:
    """A link that may be used, with the candidate it was sent to."""

    link: SigningLink
    candidate: Candidate


def send(candidate: Candidate) -> SigningLink:
    """Mail a candidate a new personal link; any older one stops working. The mail leaves after commit."""
    revoke([candidate])
    link = _made(candidate, Purpose.SIGN, until=_end_of(candidate.signer.packet.deadline_on))
    from agreements import tasks

    transaction.on_commit(partial(tasks.send_signing_link.delay, str(link.pk)))
    return link


def send_all(candidates: list[Candidate]) -> None:
    """Mail many candidates, none of whom had a link before, their personal links. The mails leave after commit."""
    made = [_new(each, Purpose.SIGN, until=_end_of(each.signer.packet.deadline_on)) for each in candidates]
    SigningLink.objects.bulk_create(made)
    from agreements import tasks

    for link in made:
        transaction.on_commit(partial(tasks.send_signing_link.delay, str(link.pk)))


def send_copy(candidate: Candidate) -> SigningLink:
    """Mail who signed outside a link to the sealed copy, good for 30 days. The mail leaves after commit."""
    link = _made(candidate, Purpose.COPY, until=timezone.now() + dt.timedelta(days=COPY_DAYS))
    from agreements import tasks

    transaction.on_commit(partial(tasks.send_copy_link.delay, str(link.pk)))
    return link


def _made(candidate: Candidate, purpose: str, *, until: dt.datetime) -> SigningLink:
    link = _new(candidate, purpose, until=until)
    link.save(force_insert=True)
    return link


def _new(candidate: Candidate, purpose: str, *, until: dt.datetime) -> SigningLink:
    # Nobody knows this first secret: the task that sends the mail puts the real one in its place.
    return SigningLink(
        implementation=context.current(),
        candidate_id=candidate.pk,
        purpose=purpose,
        token_hash=hash_secret(secrets.token_urlsafe(32)),
        expires_at=until,
    )


def revoke(candidates: Iterable[Candidate]) -> None:
    """Make the open links of these candidates useless."""
    keys = [candidate.pk for candidate in candidates]
    open_links = SigningLink.objects.filter(candidate_id__in=keys, used_at=None, revoked_at=None)
    open_links.update(revoked_at=timezone.now())


def find(token: str) -> SigningLink:
    """The link behind a secret, whatever its state, before a tenant is known. Raises DomainError for an unknown one."""
    link = SigningLink.objects.select_related("implementation").filter(token_hash=hash_secret(token)).first()
    if link is None:
        raise DomainError(UNKNOWN)
    return link


def opened(link: SigningLink, purpose: str = Purpose.SIGN) -> OpenLink:
    """The candidate of a link that may be used now for a purpose, inside its implementation.

    Raises DomainError for any other: a link to a copy signs nothing, and a link to sign opens no copy.
    """
    if link.purpose != purpose:
        raise DomainError(UNKNOWN)
    if link.revoked_at:
        raise DomainError(REVOKED)
    if link.used_at:
        raise DomainError(USED)
    if link.expires_at <= timezone.now():
        raise DomainError(COPY_OVER if purpose == Purpose.COPY else OVER)
    candidate = Candidate.objects.select_related("person", "signer__packet").filter(pk=link.candidate_id).first()
    if candidate is None or candidate.removed_at:
        raise DomainError(REVOKED)
    if purpose == Purpose.SIGN and candidate.signer.state == Signer.State.SIGNED:
        raise DomainError(USED)
    return OpenLink(link, candidate)


@transaction.atomic
def ask_code(link_id: uuid.UUID) -> None:
    """Mail a six-digit code to the address the link was sent to. Raises DomainError after too many."""
    link = SigningLink.objects.select_for_update().get(pk=link_id)
    found = opened(link, link.purpose)
    if link.codes_sent >= MOST_CODES:
        raise DomainError("Too many codes were asked for with this link. Ask who sent it for a new link.")
    link.codes_sent += 1
    link.save(update_fields=["codes_sent"])
    from agreements import tasks

    write(found.candidate.signer.packet, TrailEntry.Kind.CODE, who=str(found.candidate), signer=found.candidate.signer)
    transaction.on_commit(partial(tasks.send_signing_code.delay, str(link.pk)))


def new_code(link: SigningLink) -> str:
    """A fresh code for a link; the one before stops working. Called by the task that mails it."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    SigningLink.objects.filter(pk=link.pk).update(
        code_hash=_code_hash(link, code),
        code_expires_at=timezone.now() + dt.timedelta(minutes=CODE_MINUTES),
        code_attempts=0,
    )
    return code


@transaction.atomic
def problem_of_code(link_id: uuid.UUID, code: str) -> str:
    """Try the code that was mailed: what is wrong with it, or nothing. A wrong try counts, so this does not raise for it."""
    link = SigningLink.objects.select_for_update().get(pk=link_id)
    opened(link, link.purpose)
    problem = _problem(link, code)
    if problem:
        SigningLink.objects.filter(pk=link.pk).update(code_attempts=link.code_attempts + 1)
    else:
        SigningLink.objects.filter(pk=link.pk).update(code_hash="", code_expires_at=None)
    return problem


def use_up(link_id: uuid.UUID) -> SigningLink:
    """Lock a link for the one use it is good for, in the transaction that signs. Raises DomainError when it was used."""
    link = SigningLink.objects.select_for_update().get(pk=link_id)
    opened(link)
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    return link


def _problem(link: SigningLink, code: str) -> str:
    if not link.code_hash or link.code_expires_at is None or link.code_expires_at <= timezone.now():
        return CODE_OVER
    if link.code_attempts >= MOST_TRIES:
        return CODE_TRIES
    if not constant_time_compare(link.code_hash, _code_hash(link, "".join(code.split()))):
        return CODE_WRONG
    return ""


def _code_hash(link: SigningLink, code: str) -> str:
    return hash_secret(f"{link.pk}:{code}")


def _end_of(day: dt.date) -> dt.datetime:
    """Midnight at the end of a day in the implementation's zone: a deadline's own day counts in full."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=context.current().zone)
