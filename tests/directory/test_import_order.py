"""Whatever the order in which exports come in, the directory ends the same."""

from __future__ import annotations

import itertools

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmislead.directory.models import (
    Funder,
    HMISParticipation,
    Inventory,
    Organization,
    OrganizationRole,
    Participation,
    Project,
    ProjectCoC,
)
from tests import factories
from tests.directory.hmis_samples import export, project_rows
from tests.directory.import_samples import applied

PROJECTS = ("P1", "P2", "P3")


def versioned(number, listed, deleted, starts):
    """The export of one month: these projects, each row changed in that month, some of them deleted in it."""
    month = f"2026-{number + 1:02d}"
    made = export(0)
    made["Export"][0]["ExportDate"] = f"{month}-28 06:00:00"
    made["Organization"][0].update(OrganizationName=f"Harbor {number}", DateUpdated=f"{month}-02 08:00:00")
    for project in listed:
        for name, rows in project_rows(int(project[1:])).items():
            for row in rows:
                row["DateUpdated"] = f"{month}-03 08:00:00"
                if (project, name) in deleted:
                    row["DateDeleted"] = f"{month}-03 08:00:00"
            made[name] += rows
        made["Project"][-1].update(ProjectName=f"{project} as of {month}", OperatingStartDate=f"{2015 + starts}-07-01")
        made["Inventory"][-1]["BedInventory"] = str(number + 10)
        made["Funder"][-1]["GrantID"] = f"G-{number}"
    return made


parts = st.sampled_from(["Project", "ProjectCoC", "Funder", "Inventory", "HMISParticipation"])
exports = st.lists(
    st.tuples(
        st.lists(st.sampled_from(PROJECTS), unique=True),
        st.frozensets(st.tuples(st.sampled_from(PROJECTS), parts)),
        st.integers(0, 5),
    ),
    min_size=2,
    max_size=3,
)


def state():
    """What the directory says, without keys."""
    return {
        "agencies": sorted(Organization.objects.values_list("name", "closed_on")),
        "projects": sorted(Project.objects.values_list("name", "operating_from", "removed_on").order_by(), key=str),
        "places": sorted(ProjectCoC.objects.values_list("project__name", "coc_code", "removed_on"), key=str),
        "funders": sorted(Funder.objects.values_list("project__name", "grant_identifier", "removed_on"), key=str),
        "beds": sorted(Inventory.objects.values_list("project__name", "beds", "removed_on"), key=str),
        "kinds": sorted(HMISParticipation.objects.values_list("project__name", "kind", "removed_on"), key=str),
        "taking part": sorted(Participation.objects.values_list("starts_on", "ends_on", "source"), key=str),
    }


def after(ordered):
    """The state after these exports, which are then forgotten."""
    with transaction.atomic():
        for made in ordered:
            applied(made)
        found = state()
        transaction.set_rollback(True)
    return found


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(exports)
def test_any_order_of_exports_ends_in_the_same_directory(tenant, chosen):
    with transaction.atomic():
        factories.CoCFactory(number="OH-504")
        made = [versioned(number, *each) for number, each in enumerate(chosen)]
        ends = [after(order) for order in itertools.permutations(made)]
        transaction.set_rollback(True)
    assert all(end == ends[0] for end in ends)


def test_every_export_again_in_any_order_changes_nothing(tenant):
    factories.CoCFactory(number="OH-504")
    made = [versioned(number, PROJECTS, frozenset(), number) for number in range(3)]
    for each in made:
        applied(each)
    before = state()
    for each in (made[1], made[0], made[2]):
        assert applied(each).summary["changes"] == 0
    assert state() == before
    assert OrganizationRole.objects.count() == 1
