"""Recording, changing and ending agreements. Pages, API, imports and commands call these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction

from agreements import policy
from agreements.models import Agreement, AgreementParty
from agreements.parties import PRIVATE, PartyData, complete, rows_of, subject_of
from agreements.webhook_events import agreement_moved
from hmislead.compliance.engine import recheck
from hmislead.directory.models import CoC, Organization, Person
from hmislead.errors import DomainError
from hmislead.files.operations import store_file
from hmislead.tenancy import settings
from hmislead.web.templatetags.web import long_date

NOT_YOURS = "Only the HMIS Lead's staff may record agreements."


@transaction.atomic
def record_agreement(
    *,
    type: str,
    parties: Iterable[PartyData],
    effective_on: dt.date,
    by: Any,
    signed_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    title: str = "",
    term: str = Agreement.Term.OPEN,
    notice_days: int | None = None,
    version: Any = None,
    amends: Agreement | None = None,
    renews: Agreement | None = None,
    file: File[bytes] | None = None,
    carried_over: bool = False,
    check: bool = True,
) -> Agreement:
    """Record an agreement (GOV-05..07, MGT-37..42). `ends_on` is its last day, None until further notice.

    `term` says how it ends, `notice_days` how many days ahead an early end is told; `version` is the template
    signed; `amends` or `renews` the agreement it changes or follows.
    `parties` by ids; the HMIS Lead is added where the type needs it and there is only one. `carried_over` marks opening
    evidence, whose day of signing may be unknown. `check=False` leaves the re-check to a caller with many of them.
    Raises DomainError with a sentence for a missing party, impossible dates, or an agreement that is recorded already;
    RefusedFile for a file that may not come in.
    """
    _require_recorder(by)
    found = complete(type, parties, by=by)
    _check_dates(signed_on, effective_on, ends_on, must_be_signed=not carried_over)
    _refuse_double(type, found, effective_on)
    agreement = Agreement.objects.create(
        type=type,
        title=title.strip(),
        signed_on=signed_on,
        effective_on=effective_on,
        ends_on=ends_on,
        term=Agreement.Term.FIXED if ends_on and term == Agreement.Term.OPEN else term,
        notice_days=notice_days,
        version=version,
        amends=amends,
        renews=renews,
        carried_over=carried_over,
        recorded_by=by if getattr(by, "pk", None) else None,
    )
    AgreementParty.objects.bulk_create(rows_of(agreement, found))
    if file is not None:
        _keep(agreement, file, found, by)
    agreement_moved(agreement, "recorded")
    if check:
        recheck_parties(found)
    return agreement


@transaction.atomic
def change_agreement(
    *,
    agreement_id: UUID,
    effective_on: dt.date,
    by: Any,
    signed_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    title: str = "",
    parties: Iterable[PartyData] | None = None,
) -> Agreement:
    """Correct the dates and the title of an agreement, and its parties when they are given.

    Raises DomainError for impossible dates, a missing party, or an agreement that was ended.
    """
    agreement = _locked(agreement_id, by)
    _refuse_ended(agreement)
    before = list(agreement.parties.all())
    after = complete(agreement.type, parties, by=by) if parties is not None else _data_of(before)
    _check_dates(signed_on, effective_on, ends_on, must_be_signed=not agreement.carried_over)
    _refuse_double(agreement.type, after, effective_on, but=agreement)
    agreement.title, agreement.signed_on = title.strip(), signed_on
    agreement.effective_on, agreement.ends_on = effective_on, ends_on
    agreement.save(update_fields=["title", "signed_on", "effective_on", "ends_on", "updated_at"])
    if set(after) != set(_data_of(before)):
        agreement.parties.all().delete()
        AgreementParty.objects.bulk_create(rows_of(agreement, after))
    agreement_moved(agreement, "changed")
    recheck_parties([*_data_of(before), *after])
    return agreement


@transaction.atomic
def terminate_agreement(
    *,
    agreement_id: UUID,
    terminated_on: dt.date,
    reason: str,
    by: Any,
    told_on: dt.date | None = None,
    both_agree: bool = False,
) -> Agreement:
    """End an agreement before its last day. `terminated_on` is the first day on which it binds no more.

    `told_on` is the day the other side was told, None today; `both_agree` that both sides want it, whatever the notice.
    Raises DomainError without a reason, for a day before it took effect or after its last day, when it was ended, or
    before the agreed days of notice are over.
    """
    agreement = _locked(agreement_id, by)
    _refuse_ended(agreement)
    if not reason.strip():
        raise DomainError("Say why the agreement ends.")
    if terminated_on < agreement.effective_on:
        raise DomainError(f"It took effect on {long_date(agreement.effective_on)} and cannot end before that day.")
    if agreement.ends_on and terminated_on > agreement.ends_on:
        raise DomainError(f"Its last day is {long_date(agreement.ends_on)} already. Choose a day up to then.")
    if not both_agree:
        _require_notice(agreement, terminated_on, told_on or settings.today())
    agreement.terminated_on, agreement.termination_reason = terminated_on, reason.strip()[:300]
    agreement.save(update_fields=["terminated_on", "termination_reason", "updated_at"])
    agreement_moved(agreement, "terminated")
    recheck_parties(agreement.parties.all())
    return agreement


@transaction.atomic
def undo_termination(*, agreement_id: UUID, by: Any) -> Agreement:
    """Take back a termination that was a mistake. History keeps both."""
    agreement = _locked(agreement_id, by)
    if agreement.terminated_on is None:
        raise DomainError("This agreement was not ended.")
    agreement.terminated_on, agreement.termination_reason = None, ""
    agreement.save(update_fields=["terminated_on", "termination_reason", "updated_at"])
    agreement_moved(agreement, "restored")
    recheck_parties(agreement.parties.all())
    return agreement


@transaction.atomic
def attach_file(*, agreement_id: UUID, file: File[bytes], by: Any) -> Agreement:
    """Keep the signed paper of an agreement; the one before stays in its history. Raises RefusedFile."""
    agreement = _locked(agreement_id, by)
    return _keep(agreement, file, agreement.parties.all(), by)


def last_day_of(term: str, effective_on: dt.date) -> dt.date | None:
    """The last day of an agreement renewed every year; None for any other term."""
    if term != Agreement.Term.YEARLY:
        return None
    return effective_on + relativedelta(years=1) - dt.timedelta(days=1)


def recheck_parties(parties: Iterable[PartyData | AgreementParty]) -> None:
    """Check again at once whoever an agreement is about."""
    rows = list(parties)
    recheck(
        cocs={row.coc_id for row in rows if row.coc_id},
        organizations={row.organization_id for row in rows if row.organization_id and not row.person_id},
        people={row.person_id for row in rows if row.person_id},
    )


def _require_notice(agreement: Agreement, ends: dt.date, told: dt.date) -> None:
    """Whoever ends an agreement alone keeps to its days of notice; both sides together may end it any day."""
    if told > settings.today():
        raise DomainError("The day the other side was told lies ahead. Tell them first.")
    first = told + dt.timedelta(days=agreement.notice_days or 0)
    if agreement.notice_days and ends < first:
        raise DomainError(
            f"It can be ended with {agreement.notice_days} days of notice, so from {long_date(first)} on. "
            "If both sides agree to an earlier day, say so."
        )


def _locked(agreement_id: UUID, by: Any) -> Agreement:
    agreement = Agreement.objects.visible_to(by).select_for_update(of=("self",)).get(pk=agreement_id)
    _require_recorder(by)
    return agreement


def _require_recorder(by: Any) -> None:
    if not policy.can_record(by):
        raise PermissionDenied(NOT_YOURS)


def _refuse_ended(agreement: Agreement) -> None:
    if agreement.terminated_on:
        day = long_date(agreement.terminated_on)
        raise DomainError(f"This agreement was ended on {day}. Take the ending back first, or record a new one.")


def _check_dates(signed: dt.date | None, effective: dt.date, ends: dt.date | None, *, must_be_signed: bool) -> None:
    if signed is None and must_be_signed:
        raise DomainError("Give the day on which the last party signed.")
    if signed and signed > settings.today():
        raise DomainError("The day of signing lies ahead. Record the agreement once everybody has signed.")
    if ends and ends < effective:
        raise DomainError("An agreement cannot end before it takes effect.")
    if ends and signed and signed > ends:
        raise DomainError("It was signed after its last day. Check both days.")


def _refuse_double(
    agreement_type: str, parties: Iterable[PartyData], effective_on: dt.date, but: Agreement | None = None
) -> None:
    subject = subject_of(agreement_type, parties)
    same = Agreement.objects.filter(type=agreement_type, effective_on=effective_on, terminated_on=None).with_party(
        role=subject.role,
        coc_id=subject.coc_id,
        organization_id=subject.organization_id,
        person_id=subject.person_id,
    )
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise DomainError(f"This agreement, effective on {long_date(effective_on)}, is recorded already.")


def _data_of(rows: Iterable[AgreementParty]) -> list[PartyData]:
    return [PartyData(row.role, row.coc_id, row.organization_id, row.person_id, row.signed_by) for row in rows]


def _keep(agreement: Agreement, file: File[bytes], parties: Iterable[PartyData | AgreementParty], by: Any) -> Agreement:
    """Who may see the agreement's subject may open its paper; what is private stays with the HMIS Lead."""
    subject = subject_of(agreement.type, list(parties))
    shared = agreement.type not in PRIVATE
    scope = {"organization_id": subject.organization_id, "coc_id": subject.coc_id, "person_id": subject.person_id}
    agreement.file = store_file(file=file, permission="view_evidence", by=by, **(_instances(scope) if shared else {}))
    agreement.save(update_fields=["file", "updated_at"])
    return agreement


def _instances(scope: dict[str, UUID | None]) -> dict[str, Any]:
    models: dict[str, Any] = {"organization_id": Organization, "coc_id": CoC, "person_id": Person}
    return {name.removesuffix("_id"): models[name].objects.get(pk=key) for name, key in scope.items() if key}
