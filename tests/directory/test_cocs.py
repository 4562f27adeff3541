"""CoCs, governing bodies and designations: one active of each kind, decided in a meeting, with its minutes."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from hmislead.access.scopes import ROBOT
from hmislead.directory.models import CoC, Designation, ProjectCoC
from hmislead.directory.operations import cocs
from hmislead.errors import DomainError
from hmislead.files.models import StoredFile
from tests import factories
from tests.files.samples import pdf

MEETING = dt.date(2025, 3, 4)


def designate(coc, organization, kind="lead", by=ROBOT, **more):
    wanted = {"coc_id": coc.pk, "kind": kind, "organization_id": organization.pk, "decided_on": MEETING, "by": by}
    return cocs.designate(**{**wanted, **more})


def test_a_coc_takes_the_projects_that_name_it(tenant):
    located = ProjectCoC.objects.create(project=factories.ProjectFactory(), coc_code="OH-507")
    coc = cocs.add_coc(number="oh-507 ", name="Stark County", by=ROBOT)
    located.refresh_from_db()
    assert (coc.number, located.coc_id) == ("OH-507", coc.pk)
    with pytest.raises(ValidationError):
        cocs.add_coc(number="OH-507", name="Again", by=ROBOT)
    with pytest.raises(ValidationError):
        cocs.add_coc(number="Ohio", name="No number", by=ROBOT)


def test_the_lead_is_designated_with_body_meeting_and_minutes(coc, neighbour):
    body = cocs.add_body(coc_id=coc.pk, name="CoC Board", quorum=7, by=ROBOT)
    row = designate(coc, neighbour, body_id=body.pk, minutes=pdf("minutes.pdf"))
    assert (row.starts_on, row.body, row.minutes.coc_id) == (MEETING, body, coc.pk)
    assert neighbour.roles.filter(role="hmis_lead", starts_on=MEETING, ends_on=None).count() == 1
    vendor = designate(coc, neighbour, kind="software", software="ClientTrack")
    assert vendor.organization.roles.filter(role="vendor").exists()


def test_one_of_each_kind_is_active(coc, neighbour, agency):
    first = designate(coc, neighbour)
    with pytest.raises(DomainError, match="designated as HMIS Lead already"):
        designate(coc, agency, decided_on=MEETING + dt.timedelta(days=30))
    second = designate(coc, agency, decided_on=MEETING + dt.timedelta(days=30), replace=True)
    first.refresh_from_db()
    assert (first.ends_on, second.starts_on) == (MEETING + dt.timedelta(days=29), MEETING + dt.timedelta(days=30))
    with pytest.raises(DomainError, match="recorded already"):
        designate(coc, neighbour, decided_on=MEETING + dt.timedelta(days=1), replace=True)
    assert Designation.objects.count() == 2


def test_a_designation_holds_neither_before_its_meeting_nor_after_its_end(coc, neighbour):
    with pytest.raises(ValidationError, match="before the meeting"):
        designate(coc, neighbour, starts_on=MEETING - dt.timedelta(days=1))
    row = designate(coc, neighbour)
    cocs.end_designation(designation_id=row.pk, by=ROBOT, effective_at=MEETING)
    with pytest.raises(DomainError, match="last day already"):
        cocs.end_designation(designation_id=row.pk, by=ROBOT)
    designate(coc, neighbour, decided_on=MEETING + dt.timedelta(days=1))


def test_minutes_come_later_and_a_better_copy_keeps_the_old_one(coc, neighbour):
    row = designate(coc, neighbour)
    for _ in range(2):
        cocs.attach_minutes(designation_id=row.pk, minutes=pdf("minutes.pdf"), by=ROBOT)
    assert StoredFile.objects.count() == 2


def test_a_person_sits_once_in_a_body(coc):
    body, person = cocs.add_body(coc_id=coc.pk, name="Board", by=ROBOT), factories.PersonFactory()
    seat = cocs.seat_member(body_id=body.pk, person_id=person.pk, by=ROBOT, effective_at=MEETING)
    with pytest.raises(DomainError, match="has a seat"):
        cocs.seat_member(body_id=body.pk, person_id=person.pk, by=ROBOT)
    cocs.end_seat(member_id=seat.pk, by=ROBOT, effective_at=MEETING)
    cocs.seat_member(body_id=body.pk, person_id=person.pk, by=ROBOT, effective_at=MEETING + dt.timedelta(days=1))


def test_coc_staff_record_decisions_of_their_own_coc_alone(coc, agency, people):
    elsewhere = factories.CoCFactory(number="OH-999")
    assert designate(coc, agency, by=people["coc_staff"]).coc == coc
    with pytest.raises(CoC.DoesNotExist):
        designate(elsewhere, agency, by=people["coc_staff"])
    with pytest.raises(PermissionDenied):
        cocs.change_coc(coc_id=coc.pk, name="Mine", by=people["coc_staff"])
    for name in ("cho_lead", "auditor"):
        with pytest.raises(PermissionDenied):
            cocs.add_body(coc_id=coc.pk, name="Shadow board", by=people[name])
