"""Harbor House with people in every state, Neighbor Services in order, both evaluated today."""

from __future__ import annotations

import datetime as dt

import pytest

from hmislead.directory.models import License
from tests import factories
from tests.agreements import factories as agreements
from tests.reporting import samples


@pytest.fixture
def people(people):
    """All of them: what is tested here reaches also those whom a test does not name."""
    return people.all()


@pytest.fixture
def today(tenant):
    return samples.today()


@pytest.fixture
def world(agency, neighbour, coc, people, today):
    """Two agencies, seven licenses. At Harbor House: Ada Quill has everything, Bo Ferris no training, Cy Marsh no
    agreement, Di Okafor is suspended, and the fixture's own end user (Pat) has nothing."""
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
    return agency


@pytest.fixture
def other_coc(neighbour):
    """A CoC in which only the neighbour takes part."""
    made = factories.CoCFactory(number="OH-507", name="Alder County")
    factories.ParticipationFactory(organization=neighbour, coc=made)
    return made
