"""How licenses come to be: requested by an agency, or carried over from the time before this record."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory import policy_people as policy
from hmislead.directory.models import License, Organization, Person
from hmislead.directory.operations import people
from hmislead.directory.operations.days import past_day
from hmislead.directory.webhook_events import license_moved
from hmislead.errors import DomainError
from hmislead.tenancy import settings

Effective = dt.date | dt.datetime | None


@transaction.atomic
def request_license(
    *,
    person_id: UUID,
    organization_id: UUID,
    by: Any,
    can_write: bool = True,
    access_role: str = "",
    effective_at: Effective = None,
) -> License:
    """Ask for a license of a person `by` can see, at an agency of theirs.

    Raises DomainError for a second license there, an agency that is closed, or one that may have none (GOV-32).
    """
    organization = _organization(organization_id, by)
    person = Person.objects.visible_to(by).select_for_update(of=("self",)).get(pk=person_id)
    return _request(person, organization, can_write, access_role, effective_at)


@transaction.atomic
def request_license_for(
    *,
    email: str,
    first_name: str,
    last_name: str,
    organization_id: UUID,
    by: Any,
    phone: str = "",
    job_title: str = "",
    can_write: bool = True,
    access_role: str = "",
    effective_at: Effective = None,
) -> License:
    """Ask for a license by e-mail address: for the person here who has it, or else for a new person.

    One human being stays one person at however many agencies; what is known of them already is left as it is.
    Raises DomainError as `request_license`, and for a missing address or name.
    """
    organization = _organization(organization_id, by)
    if not email.strip():
        raise DomainError("Give the person's e-mail address: the HMIS Lead writes to it.")
    known = people.holder_of(email)
    if known:
        person = Person.objects.select_for_update().get(pk=known.pk)
    else:
        person = people.create_person(
            first_name=first_name, last_name=last_name, email=email, phone=phone, job_title=job_title
        )
    return _request(person, organization, can_write, access_role, effective_at)


@transaction.atomic
def record_license(
    *,
    person_id: UUID,
    organization_id: UUID,
    activated_on: dt.date,
    by: Any,
    can_write: bool = True,
    access_role: str = "",
    username: str = "",
) -> License:
    """Write down a license that was in use before this record began (from a roster or opening papers), as active.

    The gate is not asked: this is a fact, no permission. The next check says what the license lacks. Only who imports
    for the whole implementation may.
    """
    if not policy.works_for_lead(by, "import_data"):
        raise PermissionDenied("Only HMIS Lead staff may record licenses that are in use already.")
    organization = Organization.objects.visible_to(by).get(pk=organization_id)
    person = Person.objects.visible_to(by).select_for_update(of=("self",)).get(pk=person_id)
    day = past_day(activated_on)
    _refuse_impossible(person, organization)
    license = License.objects.create(
        person=person,
        organization=organization,
        state=License.State.ACTIVE,
        can_write=can_write,
        access_role=access_role.strip(),
        username=username.strip(),
        requested_on=day,
        activated_on=day,
    )
    recheck(licenses=[license.pk], people=[person.pk])
    return license


def writing_rule(organization: Organization, *, can_write: bool) -> bool:
    """Whether a license at `organization` enters data, as asked for and as GOV-32 allows.

    By the setting `vsp.licenses` a victim service provider has licenses that only read, or none: DomainError.
    """
    if not organization.is_vsp:
        return can_write
    if settings.value("vsp.licenses") == "none":
        raise DomainError(
            f"{organization} is a victim service provider. Here such an agency has no HMIS licenses (GOV-32), so "
            "nothing was requested. It uses a comparable database instead."
        )
    return False


def _request(
    person: Person, organization: Organization, can_write: bool, access_role: str, effective_at: Effective
) -> License:
    day = past_day(effective_at)
    _refuse_impossible(person, organization)
    license = License.objects.create(
        person=person,
        organization=organization,
        can_write=writing_rule(organization, can_write=can_write),
        access_role=access_role.strip(),
        requested_on=day,
    )
    license_moved(license)
    recheck(licenses=[license.pk], people=[person.pk])
    return license


def _organization(organization_id: UUID, by: Any) -> Organization:
    organization: Organization = Organization.objects.visible_to(by).get(pk=organization_id)
    policy.require_request(by, organization.pk)
    return organization


def _refuse_impossible(person: Person, organization: Organization) -> None:
    """The person's row is locked, so two requests for one person come one after the other."""
    if organization.closed_on or organization.merged_into_id:
        raise DomainError(f"{organization} is closed. Nothing was requested.")
    if person.merged_into_id:
        raise DomainError("This person was merged into another one. Request the license for that one.")
    if License.objects.living().filter(person=person, organization=organization).exists():
        raise DomainError(f"{person} has a license at {organization} already.")
