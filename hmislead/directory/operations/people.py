"""Adding people and changing what is known of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from hmislead.directory import policy_people as policy
from hmislead.directory.models import Person
from hmislead.errors import DomainError

TAKEN = "Another person here has this e-mail address. Open that person, or use a different address."


@transaction.atomic
def add_person(
    *, first_name: str, last_name: str, by: Any, email: str = "", phone: str = "", job_title: str = ""
) -> Person:
    """Add a person who holds no license yet.

    Raises PermissionDenied for anybody but HMIS Lead staff (an agency adds people by requesting a license), DomainError
    when a name is missing or the e-mail address, compared without case, belongs to another person here.
    """
    policy.require_add_person(by)
    return create_person(first_name=first_name, last_name=last_name, email=email, phone=phone, job_title=job_title)


@transaction.atomic
def change_person(*, person_id: UUID, by: Any, **changes: str) -> Person:
    """Change some of first_name, last_name, email, phone, job_title.

    The address a person signs in with is their own: a sign-in's e-mail is never touched from here. Raises
    PermissionDenied for a field `by` may not change, DomainError for a merged person or a taken address.
    """
    person: Person = Person.objects.visible_to(by).select_for_update(of=("self",)).get(pk=person_id)
    cleaned = {name: _clean(name, value) for name, value in changes.items()}
    changed = {name: value for name, value in cleaned.items() if getattr(person, name) != value}
    if not set(changed) <= policy.changeable_fields(by, person):
        raise PermissionDenied("You may not change this of a person. Ask the HMIS Lead.")
    if person.merged_into_id:
        raise DomainError("This person was merged into another one. Change that one instead.")
    for name, value in changed.items():
        setattr(person, name, value)
    _require_names(person.first_name, person.last_name)
    if changed.get("email") and holder_of(person.email, besides=person):
        raise DomainError(TAKEN)
    _save(person, [*changed, "updated_at"])
    return person


def create_person(*, first_name: str, last_name: str, email: str, phone: str, job_title: str) -> Person:
    """A new row, after the caller's policy check. Raises DomainError for a missing name or a taken address."""
    person = Person(
        first_name=_clean("first_name", first_name),
        last_name=_clean("last_name", last_name),
        email=_clean("email", email),
        phone=_clean("phone", phone),
        job_title=_clean("job_title", job_title),
    )
    _require_names(person.first_name, person.last_name)
    if holder_of(person.email):
        raise DomainError(TAKEN)
    _save(person, None)
    return person


def holder_of(email: str, *, besides: Person | None = None) -> Person | None:
    """Who has this address in the current implementation, whoever asks: the address is one person's alone."""
    address = _clean("email", email)
    if not address:
        return None
    found = Person.objects.current().filter(email__iexact=address)
    return found.exclude(pk=besides.pk).first() if besides else found.first()


def _clean(name: str, value: str) -> str:
    if name not in policy.ALL_FIELDS:
        raise DomainError("This is nothing that can be changed of a person.")
    text = " ".join(value.split())
    return text.lower() if name == "email" else text


def _require_names(first_name: str, last_name: str) -> None:
    if not first_name or not last_name:
        raise DomainError("Give the person's first and last name.")


def _save(person: Person, fields: list[str] | None) -> None:
    try:
        with transaction.atomic():
            person.save(update_fields=fields) if fields else person.save(force_insert=True)
    except IntegrityError as error:  # somebody else took the address in the meantime
        raise DomainError(TAKEN) from error
