"""Rosters while an implementation is set up: hundreds of people and licenses are made from one in peace."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from hmislead.compliance.models import Task
from hmislead.directory.imports import operations
from hmislead.directory.models import License, Organization, Person
from hmislead.errors import DomainError
from hmislead.tenancy import settings as tenant_settings
from tests.directory.import_samples import apply_roster, read_roster


@pytest.fixture
def day(tenant):
    """The day the rosters speak of."""
    return tenant_settings.today() - dt.timedelta(days=2)


STAFF = [
    "ann@example.org,ann1,Ann,Able,Harbor House,Active,2026-01-05,2023-05-01",
    "ann@example.org,ann1,Ann,Able,Neighbor Services,Active,2026-01-05,2023-06-01",
    "ben@example.org,ben1,Ben,Baker,Harbor House,Locked,,2024-02-01",
    "cyd@example.org,cyd1,Cyd,Clay,Harbor House,Inactive,,2022-02-01",
    "dot@example.org,dot1,,,Harbor House,Active,,2022-02-01",
]


@pytest.fixture
def setup(tenant):
    tenant.state = "setup"
    tenant.save()
    return tenant


def test_in_setup_a_roster_makes_people_and_active_licenses(setup, agency, neighbour, day):
    batch = apply_roster(STAFF, day, create=True)
    assert sorted(map(str, Person.objects.all())) == ["Ann Able", "Ben Baker"]
    ann = License.objects.get(person__first_name="Ann", organization=agency)
    assert (ann.state, ann.activated_on, ann.account_state, ann.username) == (
        "active",
        dt.date(2023, 5, 1),
        "active",
        "ann1",
    )
    assert License.objects.count() == 3
    assert batch.summary["created"] == 3
    assert list(Task.objects.open().values_list("kind", flat=True)) == ["unknown_account"]  # dot has no name
    again = apply_roster(STAFF, day, create=True)
    assert again.summary["created"] == 0
    assert License.objects.count() == 3


def test_an_analyst_imports_rosters_and_makes_no_licenses_from_them(client, setup, people, agency, day):
    with pytest.raises(PermissionDenied, match="not make licenses"):
        read_roster(STAFF, day, people["analyst"], create=True)
    prepared = read_roster(STAFF, day, people["staff"], create=True)
    with pytest.raises(PermissionDenied, match="not make licenses"):
        operations.apply_import(batch_id=prepared.pk, by=people["analyst"], inline=True)
    assert not License.objects.exists()
    for name, offered in (("analyst", False), ("staff", True)):
        client.force_login(people[name])
        page = client.get(f"/i/north/imports/{prepared.pk}/columns/").content.decode()
        assert ("Make people and active licenses" in page) == offered
    assert apply_roster(STAFF, day, people["analyst"]).state == "applied"


def test_out_of_setup_a_roster_makes_nobody(agency, day):
    with pytest.raises(DomainError, match="in setup"):
        read_roster(STAFF, day, create=True)


def test_a_victim_service_provider_gets_no_license_from_a_roster(setup, agency, day):
    Organization.objects.filter(pk=agency.pk).update(is_vsp=True)
    batch = apply_roster(STAFF[:1], day, create=True)
    assert not License.objects.exists()
    assert batch.importproblems.filter(message__contains="GOV-32").exists()
