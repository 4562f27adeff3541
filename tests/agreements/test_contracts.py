"""A contract that ends is seen coming, and one that has ended is not forgotten."""

from __future__ import annotations

import datetime as dt

import pytest

from agreements.requirements_contracts import contracts_current
from hmislead.compliance import engine
from hmislead.compliance.models import Status
from hmislead.compliance.registry import Evaluation
from hmislead.tenancy.context import use
from tests import factories
from tests.agreements.factories import AgreementFactory, with_agency

pytestmark = pytest.mark.django_db
TODAY = factories.TODAY


def ends(days):
    return TODAY + dt.timedelta(days=days)


def state(implementation):
    row = contracts_current(Evaluation(as_of=TODAY)).get(pk=implementation.pk)
    return row.result, row.due_on


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "vendor"}, ("met", None)),
        ({"type": "vendor", "ends_on": ends(91)}, ("met", ends(91))),
        ({"type": "consultant", "ends_on": ends(90)}, ("due_soon", ends(90))),
        ({"type": "data_use", "ends_on": TODAY}, ("due_soon", TODAY)),
        ({"type": "integration", "ends_on": ends(-1)}, ("overdue", ends(-1))),
        ({"type": "vendor", "ends_on": ends(-91)}, ("not_applicable", None)),
        ({"type": "vendor", "ends_on": ends(-1), "terminated_on": ends(-5)}, ("not_applicable", None)),
        ({"type": "participation", "ends_on": ends(-1)}, ("not_applicable", None)),
    ],
)
def test_what_ends_first_decides(tenant, fields, expected):
    AgreementFactory(**fields)
    assert state(tenant) == expected


def test_what_is_renewed_is_asked_about_no_more(tenant):
    old = AgreementFactory(type="vendor", ends_on=ends(10))
    AgreementFactory(type="vendor", effective_on=ends(11), ends_on=ends(375), renews=old)
    assert state(tenant) == ("met", None)


def test_another_contract_in_force_does_not_hide_one_that_ended(tenant):
    AgreementFactory(type="vendor")
    AgreementFactory(type="consultant", ends_on=ends(-3))
    assert state(tenant) == ("overdue", ends(-3))


def test_the_night_writes_it_for_its_own_implementation_alone(tenant, other_implementation, agency):
    AgreementFactory(type="vendor", ends_on=ends(-3))
    with_agency(agency)
    engine.evaluate_all(TODAY)
    row = Status.objects.get(requirement="contracts-current")
    assert (row.subject_id, row.state, row.lapses_on) == (tenant.pk, "overdue", ends(-2))


def test_elsewhere_nothing_is_known_of_it(implementation, other_implementation):
    with use(implementation):
        AgreementFactory(type="vendor", ends_on=ends(-3))
    with use(other_implementation):
        assert state(other_implementation) == ("not_applicable", None)
