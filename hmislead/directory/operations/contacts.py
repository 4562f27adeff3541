"""Who speaks for an agency (contacts, re-affirmed yearly) and who may sign for an agency or a CoC."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory import policy
from hmislead.directory.models import CoC, Contact, Person, Signatory
from hmislead.directory.operations import rows
from hmislead.directory.operations.days import past_day
from hmislead.directory.operations.organizations import lock
from hmislead.errors import DomainError


@transaction.atomic
def name_contact(
    *, organization_id: UUID, person_id: UUID, function: str, by: Any, effective_at: dt.date | None = None
) -> Contact:
    """Name a person for one function of an agency. It grants nobody a role.

    Raises PermissionDenied, or ValidationError when the person is named for that function already.
    """
    organization = lock(organization_id, by)
    policy.require_manage_contacts(by, organization.pk)
    person = Person.objects.visible_to(by).current().get(pk=person_id)
    day = past_day(effective_at)
    contact = rows.create(
        Contact(organization=organization, person=person, function=function, starts_on=day, affirmed_on=day)
    )
    recheck(organizations=[organization.pk])
    return contact


@transaction.atomic
def end_contact(*, contact_id: UUID, by: Any, effective_at: dt.date | None = None) -> Contact:
    """Give a contact its last day (default today)."""
    contact = _lock_contact(contact_id, by)
    rows.end(contact, rows.day_of(effective_at))
    recheck(organizations=[contact.organization_id])
    return contact


@transaction.atomic
def affirm_contact(*, contact_id: UUID, by: Any, effective_at: dt.date | None = None) -> Contact:
    """Record that an agency says its contact is still right, as of a day not later than today.

    An older day than the one known changes nothing.
    """
    contact = _lock_contact(contact_id, by)
    day = past_day(effective_at)
    if day > contact.affirmed_on:
        rows.change(contact, {"affirmed_on": day})
        recheck(organizations=[contact.organization_id])
    return contact


@transaction.atomic
def affirm_all_contacts(*, organization_id: UUID, by: Any, effective_at: dt.date | None = None) -> int:
    """Record that an agency says all its contacts are still right. Returns how many. Raises DomainError for none."""
    organization = lock(organization_id, by)
    policy.require_manage_contacts(by, organization.pk)
    day = past_day(effective_at)
    contacts = list(organization.contacts.select_for_update().filter(ends_on=None))
    if not contacts:
        raise DomainError("This agency has named nobody yet. Name its contacts first.")
    for contact in contacts:
        if day > contact.affirmed_on:
            rows.change(contact, {"affirmed_on": day})
    recheck(organizations=[organization.pk])
    return len(contacts)


@transaction.atomic
def add_signatory(
    *,
    person_id: UUID,
    title: str,
    basis: str,
    by: Any,
    organization_id: UUID | None = None,
    coc_id: UUID | None = None,
    effective_at: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Signatory:
    """Record who may bind an agency or a CoC (give one of the two): their title, and what gives them the power.

    Raises PermissionDenied, or ValidationError by field.
    """
    organization = lock(organization_id, by) if organization_id else None
    coc = CoC.objects.visible_to(by).select_for_update(of=("self",)).get(pk=coc_id) if coc_id else None
    _require_signatories(by, coc_id)
    person = Person.objects.nameable_by(by).current().get(pk=person_id)
    return rows.create(
        Signatory(
            organization=organization,
            coc=coc,
            person=person,
            title=title.strip(),
            basis=basis.strip(),
            starts_on=rows.day_of(effective_at),
            ends_on=ends_on,
        )
    )


@transaction.atomic
def end_signatory(*, signatory_id: UUID, by: Any, effective_at: dt.date | None = None) -> Signatory:
    """Give a signing power its last day (default today). What was signed before stays signed."""
    signatory: Signatory = Signatory.objects.visible_to(by).select_for_update(of=("self",)).get(pk=signatory_id)
    _require_signatories(by, signatory.coc_id)
    rows.end(signatory, rows.day_of(effective_at))
    return signatory


def _require_signatories(by: Any, coc_id: UUID | None) -> None:
    """An agency's lead prepares papers but does not make itself a signatory; a CoC's staff keep those of the CoC."""
    if coc_id and policy.may_record_decisions(by, coc_id):
        return
    policy.require_manage(by)


def _lock_contact(contact_id: UUID, by: Any) -> Contact:
    contact: Contact = Contact.objects.visible_to(by).select_for_update(of=("self",)).get(pk=contact_id)
    policy.require_manage_contacts(by, contact.organization_id)
    if contact.ends_on:
        raise DomainError("This contact has its last day already.")
    return contact
