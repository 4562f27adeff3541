"""The simulated country, at a size that takes a second."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from agreements.models import Agreement
from hmislead.compliance import engine, registry
from hmislead.compliance.models import Status
from hmislead.demo.simulate import sizes
from hmislead.directory.models import License, Organization, Person
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation
from training.models import Completion

pytestmark = pytest.mark.django_db
SMALL = {"implementations": 2, "organizations": 45, "licenses": 300}


def test_shares_add_up_and_the_first_is_the_largest():
    made = sizes(400, 15_000, 150_000)
    assert (sum(size.organizations for size in made), sum(size.licenses for size in made)) == (15_000, 150_000)
    assert made[0].licenses == max(size.licenses for size in made)
    assert min(size.organizations for size in made) >= 1


def test_each_simulated_implementation_can_be_evaluated():
    call_command("simulate", **SMALL)
    made = list(Implementation.objects.filter(slug__startswith="sim-"))
    assert len(made) == 2
    total = 0
    for implementation, size in zip(made, sizes(2, 45, 300), strict=True):
        with use(implementation):
            assert Person.objects.count() == size.people
            assert Organization.objects.chos(settings.today()).count() == size.organizations
            total += License.objects.count()
            engine.evaluate_all(settings.today())
            # Everything is simulated that a requirement asks about, and some of it is wrong.
            found = set(Status.objects.values_list("requirement", "state"))
            # Only licenses of victim service providers and suspended ones have a row of these two.
            few = {"vsp-license", "not-sanctioned"}
            assert {requirement for requirement, _ in found} >= set(registry.blocking()) - few
            assert {("training-privacy", state) for state in ("met", "due_soon", "overdue")} <= found
            assert ("recent-use", "met") in found
    assert total == 300


def test_simulated_rows_have_no_history_and_later_changes_do():
    call_command("simulate", **SMALL)
    with use(Implementation.objects.get(slug="sim-001")):
        assert Completion.objects.count() > 300
        assert Completion._meta.get_field("events").related_model.objects.count() == 0
        Agreement.objects.first().delete()
        assert Agreement._meta.get_field("events").related_model.objects.count() == 1


def test_an_installation_in_use_is_not_filled(implementation):
    with pytest.raises(CommandError, match="in use"):
        call_command("simulate", **SMALL)
    call_command("simulate", **SMALL, yes_really=True)
    with pytest.raises(CommandError, match="already"):
        call_command("simulate", **SMALL, yes_really=True)


def test_a_size_without_a_license_for_each_agency_is_refused():
    with pytest.raises(CommandError, match="needs an agency"):
        call_command("simulate", implementations=5, organizations=3, licenses=10)
