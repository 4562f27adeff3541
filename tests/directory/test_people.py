"""People: adding, changing, and what an agency sees of a person it shares with another."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import connection, connections, transaction

from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import User
from hmislead.compliance.models import Status
from hmislead.directory import policy_people as policy
from hmislead.directory.models import License, Person
from hmislead.directory.operations import license_requests
from hmislead.directory.operations import people as operations
from hmislead.errors import DomainError
from hmislead.tenancy.context import use
from tests import factories
from tests.directory.license_samples import license_at, open_gate

ADDRESSES = {"first_name": "Noor", "last_name": "Aziz", "email": "noor@example.org"}


@pytest.mark.parametrize("email", ["noor@example.org", "NOOR@Example.org", "  noor@example.org "])
def test_an_address_is_one_persons_whatever_its_case(tenant, email):
    operations.add_person(by=ROBOT, **ADDRESSES)
    with pytest.raises(DomainError, match="Another person"):
        operations.add_person(by=ROBOT, **{**ADDRESSES, "email": email})
    assert Person.objects.get().email == "noor@example.org"


def test_people_without_an_address_are_many(tenant):
    for _ in range(2):
        operations.add_person(by=ROBOT, first_name="Noor", last_name="Aziz")
    assert Person.objects.count() == 2


def test_the_same_address_lives_in_another_implementation(implementation, other_implementation):
    for place in (implementation, other_implementation):
        with use(place):
            operations.add_person(by=ROBOT, **ADDRESSES)
            assert Person.objects.count() == 1


@pytest.mark.parametrize("name", ["first_name", "last_name"])
def test_a_person_has_two_names(tenant, name):
    with pytest.raises(DomainError, match="first and last name"):
        operations.add_person(by=ROBOT, **{**ADDRESSES, name: " "})


def test_the_address_of_a_sign_in_is_never_touched(people):
    person = people["end_user"].people.get()
    operations.change_person(person_id=person.pk, email="new@example.org", by=people["staff"])
    person.refresh_from_db()
    assert person.email == "new@example.org"
    assert User.objects.get(pk=person.user_id).email == "end_user@example.org"


@pytest.mark.parametrize(
    "role", ["administrator", "staff", "cho_lead", "security_officer", "coc_staff", "end_user", "auditor"]
)
def test_only_the_lead_adds_people_without_a_license(people, role):
    allowed = role in {"administrator", "staff"}
    with nullcontext() if allowed else pytest.raises(PermissionDenied):
        operations.add_person(by=people[role], **ADDRESSES)
    assert Person.objects.filter(email="noor@example.org").exists() is allowed


ALL, NAMES = policy.ALL_FIELDS, policy.NAMES


@pytest.mark.parametrize(
    ("role", "own", "own_with_sign_in", "shared", "foreign"),
    [
        ("staff", ALL, ALL, ALL, ALL),
        ("cho_lead", ALL, NAMES, frozenset(), frozenset()),
        ("neighbour_lead", frozenset(), frozenset(), frozenset(), ALL),
        ("auditor", frozenset(), frozenset(), frozenset(), frozenset()),
        ("coc_staff", frozenset(), frozenset(), frozenset(), frozenset()),
    ],
)
def test_what_may_be_changed_of_whom(agency, neighbour, people, role, own, own_with_sign_in, shared, foreign):
    """An invitation goes to the address, so an agency changes it only of people who are its own and do not sign in yet."""
    both = license_at(agency).person
    license_at(neighbour, person=both)
    persons = [license_at(agency).person, people["end_user"].people.get(), both, license_at(neighbour).person]
    found = [policy.changeable_fields(people[role], person) for person in persons]
    assert found == [own, own_with_sign_in, shared, foreign]


def test_a_change_outside_of_that_is_refused_and_changes_nothing(agency, neighbour, people):
    both = license_at(agency).person
    license_at(neighbour, person=both)
    with pytest.raises(PermissionDenied):
        operations.change_person(person_id=both.pk, email="thief@example.org", by=people["cho_lead"])
    with pytest.raises(ObjectDoesNotExist):
        operations.change_person(person_id=license_at(neighbour).person_id, phone="1", by=people["cho_lead"])
    both.refresh_from_db()
    assert both.email != "thief@example.org"


def test_an_agency_sees_a_shared_person_and_their_own_state_but_not_their_license_elsewhere(agency, neighbour, people):
    """Exact sets: the person with their person-level results yes, the license there and its results never."""
    here = open_gate(license_at(agency))
    there = open_gate(license_at(neighbour, person=here.person))
    stranger = open_gate(license_at(neighbour))
    lead = people["cho_lead"]
    own_end_user = License.objects.get(person__user=people["end_user"])
    assert set(License.objects.visible_to(lead)) == {here, own_end_user}
    assert set(Person.objects.visible_to(lead)) == {here.person, own_end_user.person}
    seen = Status.objects.visible_to(lead)
    person_level = set(Status.objects.filter(person=here.person, subject_kind="person"))
    assert person_level
    assert set(seen.filter(person=here.person)) == person_level | set(Status.objects.filter(license=here))
    assert not seen.filter(license=there).exists()
    assert Status.objects.filter(license=there).exists()
    assert not seen.filter(person=stranger.person).exists()
    assert Status.objects.filter(person=stranger.person).exists()


def test_the_page_of_a_shared_person_names_no_other_agency(agency, neighbour, people, client):
    here = open_gate(license_at(agency))
    open_gate(license_at(neighbour, person=here.person))
    client.force_login(people["cho_lead"])
    for address in (here.person.get_absolute_url(), f"{here.person.get_absolute_url()}history/"):
        page = client.get(address)
        assert page.status_code == 200
        assert "Neighbor Services" not in page.content.decode()
        assert "Harbor House" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_license():
    """The second request is made to wait for the first one's lock on the person."""
    implementation = factories.ImplementationFactory(slug="north", state="live")
    with use(implementation):
        agency, person = factories.OrganizationFactory(), factories.PersonFactory()
    outcome = []

    def second():
        try:
            with use(implementation):
                license_requests.request_license(person_id=person.pk, organization_id=agency.pk, by=ROBOT)
                outcome.append("made")
        except DomainError:
            outcome.append("refused")
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    with transaction.atomic(), use(implementation):
        license_requests.request_license(person_id=person.pk, organization_id=agency.pk, by=ROBOT)
        thread.start()
        _wait_until_somebody_waits_for_a_lock()
    thread.join(timeout=20)
    assert outcome == ["refused"]
    with use(implementation):
        assert License.objects.count() == 1


def _wait_until_somebody_waits_for_a_lock():
    waited = threading.Event()
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        waited.wait(0.05)
    raise AssertionError("Nobody ever waited for the lock.")
