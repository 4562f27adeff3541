"""The shipped ladder, and the end user's license at the agency."""

from __future__ import annotations

import datetime as dt

import pytest

from policies.cases.models import ViolationClass
from policies.cases.operations import deviations, ladder, sanctions
from tests import factories


@pytest.fixture
def classes(people):
    ladder.load_shipped(by=people["staff"], starts_on=factories.LONG_AGO)
    return {row.name.lower(): row for row in ViolationClass.objects.all()}


@pytest.fixture
def license(people):
    return people["end_user"].people.get().licenses.get()


@pytest.fixture
def report(people):
    return deviations.report_deviation(what="A password was on a note at a desk.", by=people["end_user"])[0]


@pytest.fixture
def propose(people, classes, agency, license):
    """Proposes what the ladder says for a class: by default for the end user's license, today."""

    def do(name="major", **more):
        given = {
            "violation_class": classes[name],
            "organization": agency,
            "license": license,
            "happened_on": factories.TODAY,
            "summary": "A password was shared.",
            "by": people["staff"],
        }
        return sanctions.propose(**given | more)

    return do


@pytest.fixture
def suspend(propose, people):
    """A suspension of 14 days that is in effect."""

    def do(**more):
        made = next(each for each in propose("major", **more) if each.takes_licenses)
        return sanctions.notify(sanction_id=made.pk, by=people["staff"])

    return do


def days(number):
    return dt.timedelta(days=number)
