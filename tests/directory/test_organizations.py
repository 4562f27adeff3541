"""Agencies, contacts and signatories: what each operation does, for whom, and what it refuses."""

import datetime as dt

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from hmislead.access.models import RoleGrant
from hmislead.access.scopes import ROBOT
from hmislead.directory.models import Organization
from hmislead.directory.operations import contacts, organizations
from hmislead.errors import DomainError, RefusedFile
from hmislead.tenancy import settings
from tests import factories
from tests.files.samples import pdf

DAY = dt.date(2026, 2, 1)


def add(**values):
    return organizations.add_organization(by=ROBOT, **{"name": "Open Door", "effective_at": DAY, **values})


def test_an_agency_is_added_with_its_roles_and_cocs(tenant, coc):
    agency = add(name="  Open   Door ", roles=["cho", "partner"], cocs=[coc.pk], phone="555-0100")
    assert agency.name == "Open Door"
    assert {(role.role, role.starts_on) for role in agency.roles.all()} == {("cho", DAY), ("partner", DAY)}
    assert [(taken.coc_id, taken.source) for taken in agency.participations.all()] == [(coc.pk, "hand")]


@pytest.mark.parametrize("values", [{"name": ""}, {"website": "no address"}, {"roles": ["king"]}, {"closed_on": DAY}])
def test_what_is_not_right_is_said_by_field(tenant, values):
    with pytest.raises(ValidationError):
        add(**values)
    assert not Organization.objects.exists()


def test_an_agency_changes_and_its_history_says_so(agency):
    organizations.change_organization(organization_id=agency.pk, by=ROBOT, name="Harbor Home", phone="555-0100")
    organizations.change_organization(organization_id=agency.pk, by=ROBOT, name="Harbor Home")
    agency.refresh_from_db()
    assert (agency.name, agency.phone) == ("Harbor Home", "555-0100")
    assert [event.pgh_label for event in agency.events.order_by("pgh_id")] == ["insert", "update"]


def test_a_role_is_held_once_and_ends_on_a_day(agency):
    with pytest.raises(ValidationError):
        organizations.give_role(organization_id=agency.pk, role="cho", by=ROBOT)
    role = agency.roles.get()
    with pytest.raises(ValidationError, match="before it starts"):
        organizations.end_role(role_id=role.pk, by=ROBOT, effective_at=role.starts_on - dt.timedelta(days=1))
    organizations.end_role(role_id=role.pk, by=ROBOT, effective_at=DAY)
    with pytest.raises(DomainError, match="last day already"):
        organizations.end_role(role_id=role.pk, by=ROBOT)
    organizations.give_role(organization_id=agency.pk, role="cho", by=ROBOT)


def test_an_agency_joins_and_leaves_a_coc(neighbour, coc):
    taken = organizations.join_coc(organization_id=neighbour.pk, coc_id=coc.pk, by=ROBOT, effective_at=DAY)
    with pytest.raises(ValidationError):
        organizations.join_coc(organization_id=neighbour.pk, coc_id=coc.pk, by=ROBOT)
    assert organizations.leave_coc(participation_id=taken.pk, by=ROBOT, effective_at=DAY).ends_on == DAY


def test_only_a_victim_service_provider_attests(agency):
    wanted = {"organization_id": agency.pk, "product": "SafeBase", "by": ROBOT, "effective_at": DAY}
    with pytest.raises(DomainError, match="Only a victim service provider"):
        organizations.attest_comparable_database(**wanted)
    organizations.change_organization(organization_id=agency.pk, by=ROBOT, is_vsp=True)
    kept = organizations.attest_comparable_database(**wanted, file=pdf("signed.pdf"))
    assert (kept.attested_on, kept.file.name, kept.file.organization_id) == (DAY, "signed.pdf", agency.pk)
    with pytest.raises(RefusedFile):
        organizations.attest_comparable_database(**wanted, file=SimpleUploadedFile("signed.pdf", b"no PDF"))
    tomorrow = settings.today() + dt.timedelta(days=1)
    with pytest.raises(DomainError, match="still to come"):
        organizations.attest_comparable_database(**{**wanted, "effective_at": tomorrow})


def test_an_agency_closes_when_nobody_has_a_license_there(agency):
    license_ = factories.LicenseFactory(organization=agency)
    contact = factories.ContactFactory(organization=agency)
    with pytest.raises(DomainError, match="1 license is still open"):
        organizations.close_organization(organization_id=agency.pk, by=ROBOT)
    license_.become("terminated", terminated_on=DAY)
    organizations.close_organization(organization_id=agency.pk, by=ROBOT, effective_at=DAY)
    contact.refresh_from_db()
    agency.refresh_from_db()
    assert (agency.closed_on, contact.ends_on) == (DAY, DAY)
    assert not agency.roles.filter(ends_on=None).exists()
    assert not agency.participations.filter(ends_on=None).exists()
    with pytest.raises(DomainError, match="closed already"):
        organizations.close_organization(organization_id=agency.pk, by=ROBOT)
    assert organizations.reopen_organization(organization_id=agency.pk, by=ROBOT).closed_on is None


def test_contacts_are_named_affirmed_and_ended(agency):
    people = [factories.PersonFactory() for _ in range(2)]
    name = {"organization_id": agency.pk, "by": ROBOT, "effective_at": DAY}
    first = contacts.name_contact(person_id=people[0].pk, function="agency_lead", **name)
    contacts.name_contact(person_id=people[1].pk, function="security_officer", **name)
    with pytest.raises(ValidationError):
        contacts.name_contact(person_id=people[0].pk, function="agency_lead", **name)
    contacts.affirm_contact(contact_id=first.pk, by=ROBOT, effective_at=DAY - dt.timedelta(days=9))
    first.refresh_from_db()
    assert first.affirmed_on == DAY  # an older word does not undo a newer one
    assert contacts.affirm_all_contacts(organization_id=agency.pk, by=ROBOT) == 2
    assert set(agency.contacts.values_list("affirmed_on", flat=True)) == {settings.today()}
    assert contacts.end_contact(contact_id=first.pk, by=ROBOT).ends_on == settings.today()
    with pytest.raises(DomainError, match="last day already"):
        contacts.affirm_contact(contact_id=first.pk, by=ROBOT)


def test_naming_a_contact_grants_nothing(agency, people):
    before = RoleGrant.objects.count()
    person = factories.PersonFactory()
    contacts.name_contact(organization_id=agency.pk, person_id=person.pk, function="agency_lead", by=ROBOT)
    assert RoleGrant.objects.count() == before


def test_an_agency_without_contacts_has_nothing_to_affirm(neighbour):
    with pytest.raises(DomainError, match="named nobody"):
        contacts.affirm_all_contacts(organization_id=neighbour.pk, by=ROBOT)


def test_a_signatory_signs_for_one_agency_or_coc(agency, coc):
    person = factories.PersonFactory()
    words = {"person_id": person.pk, "title": "Director", "basis": "By-laws, article 4", "by": ROBOT}
    signatory = contacts.add_signatory(organization_id=agency.pk, effective_at=DAY, **words)
    contacts.add_signatory(coc_id=coc.pk, **words)
    for subject in ({}, {"organization_id": agency.pk, "coc_id": coc.pk}):
        with pytest.raises(ValidationError):
            contacts.add_signatory(**subject, **words)
    with pytest.raises(ValidationError):
        contacts.end_signatory(signatory_id=signatory.pk, by=ROBOT, effective_at=DAY - dt.timedelta(days=1))
    assert contacts.end_signatory(signatory_id=signatory.pk, by=ROBOT, effective_at=DAY).ends_on == DAY


# Who may


def operations_by(agency, coc, contact, signatory):
    """Each operation as a call by somebody, with who may make it."""
    pk, lead = agency.pk, {"staff", "administrator"}
    person = factories.PersonFactory()
    sign = {"person_id": person.pk, "title": "Chair", "basis": "Charter"}
    return {
        "add": (lambda by: organizations.add_organization(name="New", by=by), lead),
        "change": (lambda by: organizations.change_organization(organization_id=pk, phone="1", by=by), lead),
        "give role": (lambda by: organizations.give_role(organization_id=pk, role="partner", by=by), lead),
        "end role": (lambda by: organizations.end_role(role_id=agency.roles.first().pk, by=by), lead),
        "leave CoC": (lambda by: organizations.leave_coc(participation_id=agency.participations.get().pk, by=by), lead),
        "close": (lambda by: organizations.close_organization(organization_id=pk, by=by), lead),
        "affirm": (lambda by: contacts.affirm_contact(contact_id=contact.pk, by=by), {*lead, "cho_lead"}),
        "affirm all": (lambda by: contacts.affirm_all_contacts(organization_id=pk, by=by), {*lead, "cho_lead"}),
        "end contact": (lambda by: contacts.end_contact(contact_id=contact.pk, by=by), {*lead, "cho_lead"}),
        "sign for the agency": (lambda by: contacts.add_signatory(organization_id=pk, by=by, **sign), lead),
        "end signatory": (lambda by: contacts.end_signatory(signatory_id=signatory.pk, by=by), lead),
    }


ACTORS = (
    "administrator",
    "staff",
    "coc_staff",
    "cho_lead",
    "security_officer",
    "neighbour_lead",
    "end_user",
    "auditor",
    "outsider",
)


@pytest.mark.usefixtures("everybody")
def test_each_operation_asks_who_it_is(agency, coc, people):
    contact = factories.ContactFactory(organization=agency)
    signatory = contacts.add_signatory(
        organization_id=agency.pk, person_id=contact.person_id, title="Director", basis="By-laws", by=ROBOT
    )
    agency.licenses.all().delete()  # nobody may stand in the way of closing
    for word, (call, allowed) in operations_by(agency, coc, contact, signatory).items():
        for actor in ACTORS:
            assert may(call, people[actor]) is (actor in allowed), f"{actor}: {word}"


def may(call, by):
    """True when the operation goes through; it is taken back."""
    try:
        with transaction.atomic():
            call(by)
            transaction.set_rollback(True)
    except (PermissionDenied, ObjectDoesNotExist):
        return False
    return True
