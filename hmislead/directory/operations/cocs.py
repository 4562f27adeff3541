"""CoCs, their governing bodies, and whom they designate as HMIS Lead and as HMIS software."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory import policy
from hmislead.directory.models import (
    BodyMember,
    CoC,
    Designation,
    GoverningBody,
    Organization,
    OrganizationRole,
    Person,
    ProjectCoC,
)
from hmislead.directory.operations import rows
from hmislead.directory.operations.days import past_day
from hmislead.errors import DomainError
from hmislead.files.operations import store_file

COC_FIELDS = frozenset({"number", "name", "website"})
BODY_FIELDS = frozenset({"name", "quorum", "approves", "may_approve", "delegation"})
# What an organization is once a CoC has designated it.
ROLE_BY_KIND = {Designation.Kind.LEAD: "hmis_lead", Designation.Kind.SOFTWARE: "vendor"}


@transaction.atomic
def add_coc(*, number: str, name: str, by: Any, website: str = "") -> CoC:
    """Add a CoC that this implementation serves. Projects located in it by its number are tied to it.

    Raises PermissionDenied, or ValidationError by field.
    """
    policy.require_manage(by)
    coc = rows.create(CoC(number=number.strip().upper(), name=name.strip(), website=website))
    ProjectCoC.objects.filter(coc_code=coc.number, coc=None).update(coc=coc)
    recheck(cocs=[coc.pk])
    return coc


@transaction.atomic
def change_coc(*, coc_id: UUID, by: Any, **changes: Any) -> CoC:
    """Change some of COC_FIELDS. Raises PermissionDenied, or ValidationError by field."""
    coc = _lock_coc(coc_id, by)
    policy.require_manage(by)
    rows.change(coc, rows.only(changes, COC_FIELDS))
    return coc


@transaction.atomic
def add_body(*, coc_id: UUID, name: str, by: Any, **details: Any) -> GoverningBody:
    """Add a board or committee of a CoC. `details` are the other BODY_FIELDS."""
    coc = _lock_coc(coc_id, by)
    policy.require_record_decisions(by, coc.pk)
    return rows.create(GoverningBody(coc=coc, name=name.strip(), **rows.only(details, BODY_FIELDS)))


@transaction.atomic
def change_body(*, body_id: UUID, by: Any, **changes: Any) -> GoverningBody:
    """Change some of BODY_FIELDS."""
    body: GoverningBody = GoverningBody.objects.visible_to(by).select_for_update(of=("self",)).get(pk=body_id)
    policy.require_record_decisions(by, body.coc_id)
    rows.change(body, rows.only(changes, BODY_FIELDS))
    return body


@transaction.atomic
def seat_member(
    *, body_id: UUID, person_id: UUID, by: Any, position: str = "", effective_at: dt.date | None = None
) -> BodyMember:
    """Give a person a seat in a governing body from a day on. Raises DomainError when they sit there on that day."""
    body: GoverningBody = GoverningBody.objects.visible_to(by).select_for_update(of=("self",)).get(pk=body_id)
    policy.require_record_decisions(by, body.coc_id)
    person = Person.objects.nameable_by(by).current().get(pk=person_id)
    day = rows.day_of(effective_at)
    if body.members.filter(person=person).exclude(ends_on__lt=day).exists():
        raise DomainError("This person has a seat in this body already.")
    return rows.create(BodyMember(body=body, person=person, position=position.strip(), starts_on=day))


@transaction.atomic
def end_seat(*, member_id: UUID, by: Any, effective_at: dt.date | None = None) -> BodyMember:
    """Give a seat its last day (default today)."""
    member: BodyMember = BodyMember.objects.visible_to(by).select_for_update(of=("self",)).get(pk=member_id)
    policy.require_record_decisions(by, member.body.coc_id)
    rows.end(member, rows.day_of(effective_at))
    return member


@transaction.atomic
def designate(
    *,
    coc_id: UUID,
    kind: str,
    organization_id: UUID,
    decided_on: dt.date,
    by: Any,
    software: str = "",
    body_id: UUID | None = None,
    starts_on: dt.date | None = None,
    minutes: Any = None,
    replace: bool = False,
) -> Designation:
    """Record a CoC's decision that names its HMIS Lead or software (INTRO-01, INTRO-04; 24 CFR 578.7(b)(1)-(2)).

    `decided_on` is the day of the meeting, `starts_on` the first day it holds (default that day), `minutes` the file.
    One of each kind is active: `replace` ends the active one on the day before. The organization gets the role it now
    has. Raises PermissionDenied, ValidationError by field, DomainError when one is active and `replace` is not said.
    """
    coc = _lock_coc(coc_id, by)
    policy.require_record_decisions(by, coc.pk)
    first = starts_on or decided_on
    if past_day(decided_on) > first:
        raise ValidationError({"starts_on": "It cannot hold before the meeting that decided it."})
    organization = Organization.objects.visible_to(by).get(pk=organization_id)
    body = coc.bodies.get(pk=body_id) if body_id else None
    _make_room(coc, kind, first, replace=replace)
    kept = store_file(file=minutes, permission="view_directory", by=by, coc=coc) if minutes else None
    designation = rows.create(
        Designation(
            coc=coc,
            kind=kind,
            organization=organization,
            software=software.strip(),
            body=body,
            decided_on=decided_on,
            starts_on=first,
            minutes=kept,
        )
    )
    _give_role(organization, kind, first)
    recheck(cocs=[coc.pk], organizations=[organization.pk])
    return designation


@transaction.atomic
def attach_minutes(*, designation_id: UUID, minutes: Any, by: Any) -> Designation:
    """Add the minutes of the meeting to a designation, or put a better copy in their place (the old file is kept)."""
    designation = _lock_designation(designation_id, by)
    kept = store_file(file=minutes, permission="view_directory", by=by, coc=designation.coc)
    rows.change(designation, {"minutes": kept})
    recheck(cocs=[designation.coc_id])
    return designation


@transaction.atomic
def end_designation(*, designation_id: UUID, by: Any, effective_at: dt.date | None = None) -> Designation:
    """Give a designation its last day (default today). Raises DomainError when it has one."""
    designation = _lock_designation(designation_id, by)
    if designation.ends_on:
        raise DomainError("This designation has its last day already.")
    rows.end(designation, rows.day_of(effective_at))
    recheck(cocs=[designation.coc_id], organizations=[designation.organization_id])
    return designation


def _make_room(coc: CoC, kind: str, first: dt.date, *, replace: bool) -> None:
    """No other designation of the kind may hold from `first` on."""
    overlapping = coc.designations.select_for_update().filter(kind=kind).exclude(ends_on__lt=first)
    for other in overlapping:
        label = other.get_kind_display()
        if not replace:
            raise DomainError(f"{other.organization} is designated as {label} already. End that first, or replace it.")
        if other.starts_on >= first:
            raise DomainError(f"A designation of the {label} from {other.starts_on:%d %B %Y} on is recorded already.")
        rows.end(other, first - dt.timedelta(days=1))


def _give_role(organization: Organization, kind: str, day: dt.date) -> None:
    role = ROLE_BY_KIND[Designation.Kind(kind)]
    if not organization.roles.filter(role=role, ends_on=None).exists():
        rows.create(OrganizationRole(organization=organization, role=role, starts_on=day))


def _lock_designation(designation_id: UUID, by: Any) -> Designation:
    designation: Designation = Designation.objects.visible_to(by).select_for_update(of=("self",)).get(pk=designation_id)
    policy.require_record_decisions(by, designation.coc_id)
    return designation


def _lock_coc(coc_id: UUID, by: Any) -> CoC:
    coc: CoC = CoC.objects.visible_to(by).select_for_update(of=("self",)).get(pk=coc_id)
    return coc
