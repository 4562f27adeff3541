"""Harbor House with people in every state, Neighbor Services in order, both evaluated today.

All this is made once for each module, which belongs into TOGETHER (conftest.py): it takes longer than most of the tests. They
find it in the database as it was made, whatever the test before them did.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from hmislead.accounts.models import User
from hmislead.directory.models import CoC, License, Organization
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation
from reporting.models import Kind, Report
from tests import conftest as ground
from tests import factories
from tests.agreements import factories as agreements
from tests.reporting import samples


@pytest.fixture(scope="module")
def laid(django_db_setup, django_db_blocker):
    """The keys of everybody and everything, by name."""
    with django_db_blocker.unblock(), transaction.atomic():
        implementation = factories.ImplementationFactory(slug="north", state="live")
        with use(implementation):
            keys = _lay(implementation)
        yield keys
        transaction.set_rollback(True)


def _lay(implementation):
    coc, agency, neighbour = ground.make_coc(), ground.make_agency(), ground.make_neighbour()
    factories.ParticipationFactory(organization=agency, coc=coc)
    people = ground.People(implementation, ground.places(agency, neighbour, coc)).all()
    _papers(agency, neighbour, coc)
    return {
        "implementation": implementation.pk,
        "coc": coc.pk,
        "agency": agency.pk,
        "neighbour": neighbour.pk,
        "people": {name: user.pk for name, user in people.items()},
    }


def _papers(agency, neighbour, coc):
    """Two agencies, seven licenses. At Harbor House: Ada Quill has everything, Bo Ferris no training, Cy Marsh no
    agreement, Di Okafor is suspended, and the end user that every implementation of the tests has (Pat) has nothing."""
    today = samples.today()
    agreements.with_coc(coc, ends_on=today + dt.timedelta(days=300))
    samples.roster(today)
    samples.in_order(agency, today=today)
    samples.in_order(neighbour, today=today)
    samples.person("Ada Quill", agency, today=today)
    samples.person("Bo Ferris", agency, today=today, trained=False)
    samples.person("Cy Marsh", agency, today=today, signed=False)
    suspended = samples.person("Di Okafor", agency, today=today)
    License.objects.filter(pk=suspended.pk).update(state="suspended", suspended_on=today)
    samples.person("Ed Lindqvist", neighbour, today=today)
    samples.person("Fay Torres", neighbour, today=today)
    samples.evaluated(today - dt.timedelta(days=30), today - dt.timedelta(days=8), today)


@pytest.fixture
def implementation(laid, db):
    return Implementation.objects.get(pk=laid["implementation"])


@pytest.fixture
def coc(laid, tenant):
    return CoC.objects.get(pk=laid["coc"])


@pytest.fixture
def agency(laid, tenant):
    return Organization.objects.get(pk=laid["agency"])


@pytest.fixture
def neighbour(laid, tenant):
    return Organization.objects.get(pk=laid["neighbour"])


@pytest.fixture
def people(laid, tenant):
    users = User.objects.in_bulk(laid["people"].values())
    return {name: users[pk] for name, pk in laid["people"].items()}


@pytest.fixture
def world(agency):
    """Harbor House, with all that stands above."""
    return agency


@pytest.fixture(scope="module")
def laid_report(laid, django_db_blocker):
    """A report of Harbor House, made once for a module: it names people."""
    with django_db_blocker.unblock(), use(Implementation.objects.get(pk=laid["implementation"])):
        lead = User.objects.get(pk=laid["people"]["cho_lead"])
        return samples.made(kind=Kind.CHO, organization_id=laid["agency"], by=lead).pk


@pytest.fixture
def report(laid_report, tenant):
    """Harbor House's, asked for by its lead."""
    return Report.objects.get(pk=laid_report)


@pytest.fixture
def other_coc(neighbour):
    """A CoC in which only the neighbour takes part."""
    made = factories.CoCFactory(number="OH-507", name="Alder County")
    factories.ParticipationFactory(organization=neighbour, coc=made)
    return made
