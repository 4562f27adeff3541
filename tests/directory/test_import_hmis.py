"""HMIS CSV exports in the directory: what is written, when, and what never is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files import File

from hmislead.access.scopes import ROBOT
from hmislead.directory.imports import operations
from hmislead.directory.imports.hmis_people import accept_people
from hmislead.directory.models import (
    CEParticipation,
    Funder,
    HMISParticipation,
    ImportBatch,
    Inventory,
    License,
    Organization,
    OrganizationRole,
    Participation,
    Person,
    Project,
    ProjectCoC,
    SourceRecord,
)
from hmislead.errors import DomainError
from tests import factories
from tests.directory import hmis_samples
from tests.directory.hmis_samples import export, row
from tests.directory.import_samples import applied, change, later, snapshot, uploaded

SAMPLE = Path(__file__).parents[3] / "shared" / "hmis" / "sample-export-fy2026.zip"


@pytest.fixture
def here(tenant):
    """An implementation that serves the CoC of the samples, with no agency yet."""
    return factories.CoCFactory(number="OH-504")


def harbor():
    return Organization.objects.get()


# What comes in


def test_an_export_brings_agencies_projects_and_what_hangs_on_them(here):
    batch = applied(export())
    assert batch.state == "applied"
    assert (Organization.objects.count(), Project.objects.count(), ProjectCoC.objects.count()) == (1, 2, 2)
    shelter = Project.objects.get(name="Shelter 1")
    assert shelter.organization == harbor()
    assert (shelter.project_type, shelter.is_continuum, shelter.operating_from) == (0, True, dt.date(2020, 7, 1))
    bed = Inventory.objects.get(project=shelter)
    assert (bed.beds, bed.units, bed.coc_code) == (24, 10, "OH-504")
    assert Funder.objects.get(project=shelter).grant_identifier == "G-1"
    assert HMISParticipation.objects.get(project=shelter).kind == 1
    assert CEParticipation.objects.get(project=shelter).receives_referrals


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample export is not beside the repository")
def test_the_sample_export_of_hud_comes_in_whole(tenant):
    factories.CoCFactory(number="XX-501")
    with SAMPLE.open("rb") as stream:
        batch = operations.import_export(file=File(stream, name="sample.zip"), name="sample.zip", by=ROBOT)
    assert (Organization.objects.count(), Project.objects.count()) == (3, 27)
    assert Participation.objects.filter(source="import").count() == 3
    assert OrganizationRole.objects.filter(role="cho").count() == 3
    assert set(batch.summary["unknown_cocs"]) == {"XX-518"}
    with SAMPLE.open("rb") as stream:
        before = snapshot()
        again = operations.import_export(file=File(stream, name="sample.zip"), name="sample.zip", by=ROBOT)
    assert again.summary["changes"] == 0
    assert snapshot() == before


def test_nothing_is_written_before_apply(here):
    before = snapshot()
    batch = uploaded(export())
    assert batch.state == "previewed"
    assert batch.importchanges.filter(action="add", table="Project").count() == 2
    assert snapshot() == before
    assert not SourceRecord.objects.exists()
    operations.discard_import(batch_id=batch.pk, by=ROBOT)
    with pytest.raises(DomainError, match="discarded"):
        operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert snapshot() == before


def test_the_same_file_twice_changes_nothing_not_even_history(here):
    applied(export())
    before = snapshot()
    again = applied(export())
    assert again.summary["changes"] == 0
    assert not again.importchanges.exclude(action="propose").exists()
    assert snapshot() == before


def test_a_newer_row_changes_and_the_preview_says_from_what_to_what(here):
    applied(export())
    newer = change(later(export()), "Project", ProjectName="Shelter One", PITCount="31")
    batch = uploaded(newer)
    told = batch.importchanges.get(table="Project")
    assert (told.action, told.fields) == ("change", {"name": ["Shelter 1", "Shelter One"], "pit_count": [None, 31]})
    operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert Project.objects.filter(name="Shelter One", pit_count=31).count() == 1


# Recency


def test_an_older_export_never_overwrites_newer_facts(here):
    applied(change(later(export()), "Project", ProjectName="New name"))
    before = snapshot()
    old = applied(export())
    assert old.summary["tables"]["Project"]["older"] >= 1
    assert snapshot() == before


def test_the_rows_own_date_counts_before_the_exports(here):
    """An export made later can hold an older row: a vendor's copy that lags behind."""
    applied(change(export(), "Project", updated="2026-02-20 08:00:00", ProjectName="Right"))
    applied(change(later(export()), "Project", updated="2026-02-10 08:00:00", ProjectName="Stale"))
    assert Project.objects.filter(name="Right").exists()
    assert not Project.objects.filter(name="Stale").exists()


def test_of_rows_with_the_same_date_the_later_export_counts(here):
    applied(change(later(export(), "2026-03-05"), "Project", updated="2026-02-10 08:00:00", ProjectName="Later"))
    applied(change(later(export(), "2026-03-02"), "Project", updated="2026-02-10 08:00:00", ProjectName="Earlier"))
    assert Project.objects.filter(name="Later").exists()


def test_an_unchanged_row_of_a_newer_export_still_makes_what_is_known_newer(here):
    """March 1 and 3 say the same; March 2 says something else with the same DateUpdated: it is older than March 3."""
    applied(export())
    applied(later(export(), "2026-03-03"))
    between = later(export(), "2026-03-02")
    between["Project"][0]["ProjectName"] = "In between"
    applied(between)
    assert not Project.objects.filter(name="In between").exists()


# Ends


def test_what_the_export_deletes_ends_and_what_it_takes_back_lives(here):
    applied(export())
    gone = change(later(export()), "Project", updated="2026-03-15 12:00:00", DateDeleted="2026-03-15 12:00:00")
    batch = applied(gone)
    assert batch.importchanges.get(table="Project").action == "end"
    assert Project.objects.get(name="Shelter 1").removed_on == dt.date(2026, 3, 15)
    applied(change(later(export(), "2026-05-01"), "Project", updated="2026-04-20 12:00:00"))
    assert Project.objects.get(name="Shelter 1").removed_on is None


def test_a_deletion_outlives_an_older_export_that_still_has_the_row(here):
    applied(change(later(export()), "Project", DateDeleted="2026-03-15 12:00:00"))
    applied(export())
    assert Project.objects.get(name="Shelter 1").removed_on == dt.date(2026, 3, 15)


def test_what_an_export_does_not_list_is_left_alone(here):
    applied(export(3))
    before = snapshot()
    applied(later(export(1)))
    assert snapshot() == before


def test_an_agency_deleted_in_the_hmis_closes_once_nothing_of_it_lives(here):
    applied(export(1))
    gone = later(export(1))
    change(gone, "Organization", DateDeleted="2026-03-15 12:00:00")
    kept = applied(gone)
    assert harbor().closed_on is None
    assert kept.importproblems.filter(file_name="Organization.csv", column="DateDeleted").exists()
    empty = later(gone, "2026-05-01")
    change(empty, "Project", updated="2026-04-20 12:00:00", DateDeleted="2026-04-20 12:00:00")
    applied(empty)
    assert harbor().closed_on == dt.date(2026, 3, 15)


def test_an_agency_closed_by_hand_is_not_reopened_by_an_export(here):
    applied(export(1))
    Organization.objects.update(closed_on=dt.date(2026, 1, 1))
    applied(change(later(export(1)), "Organization", OrganizationName="Harbor Light"))
    assert (harbor().name, harbor().closed_on) == ("Harbor Light", dt.date(2026, 1, 1))


# Which record is which of our rows


def test_an_agency_entered_by_hand_is_found_by_its_name_and_not_doubled(here):
    by_hand = factories.OrganizationFactory(name='harbor "light"  home, inc.')
    batch = uploaded(export(1))
    told = batch.importchanges.get(table="Organization")
    assert (told.action, "matched" in told.fields) == ("change", True)
    assert batch.summary["matched"] == 1
    operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert harbor() == by_hand
    assert applied(export(1)).summary["changes"] == 0


def test_a_match_can_be_refused_and_the_record_is_then_added(here):
    by_hand = factories.OrganizationFactory(name='Harbor "Light" Home, Inc.')
    batch = uploaded(export(1))
    told = batch.importchanges.get(table="Organization")
    operations.keep_apart(batch_id=batch.pk, change_id=told.pk, by=ROBOT)
    operations.read_step(batch.pk)
    operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert Organization.objects.count() == 2
    assert Project.objects.get().organization != by_hand


def test_a_project_and_its_parts_entered_by_hand_are_found_too(here):
    agency = factories.OrganizationFactory(name='Harbor "Light" Home, Inc.')
    project = factories.ProjectFactory(organization=agency, name="Shelter 1", operating_from=None)
    factories.HMISParticipationFactory(project=project, starts_on=dt.date(2020, 7, 1))
    applied(export(1))
    assert Project.objects.get().pk == project.pk
    assert Project.objects.get().operating_from == dt.date(2020, 7, 1)
    assert HMISParticipation.objects.count() == 1


def test_two_agencies_of_one_name_are_not_guessed_between(here):
    for _ in range(2):
        factories.OrganizationFactory(name='Harbor "Light" Home, Inc.')
    batch = applied(export(1))
    assert Organization.objects.count() == 3
    assert batch.importproblems.filter(column="OrganizationName").exists()


def test_another_system_may_use_the_same_ids(here):
    applied(export(1))
    other = later(export(1), ImplementationID="another")
    other["Organization"][0]["OrganizationName"] = "Elsewhere"
    applied(other)
    assert sorted(Organization.objects.values_list("name", flat=True)) == ["Elsewhere", 'Harbor "Light" Home, Inc.']


def test_a_merged_agency_is_not_brought_back(here):
    applied(export(1))
    stays = factories.OrganizationFactory(name="Harbor Light of the North")
    SourceRecord.objects.filter(file="Organization").update(object_id=stays.pk)
    Organization.objects.exclude(pk=stays.pk).update(merged_into=stays)
    applied(change(later(export(2)), "Funder", number=0, OtherFunder="x"))
    assert Organization.objects.filter(merged_into=None).count() == 1
    assert Project.objects.get(name="Shelter 2").organization == stays


# What follows


def test_roles_follow_from_participation(here):
    made = export(2)
    made["Organization"] += [
        row("Organization", OrganizationID="O2", OrganizationName="Safe Place", VictimServiceProvider="1"),
        row("Organization", OrganizationID="O3", OrganizationName="Own Beds", VictimServiceProvider="0"),
    ]
    for number, organization, kind in ((3, "O2", "2"), (4, "O3", "0")):
        for name, rows in hmis_samples.project_rows(number, organization).items():
            made[name] += rows
        made["HMISParticipation"][-1]["HMISParticipationType"] = kind
    applied(made)
    roles = {(role.organization.name, role.role) for role in OrganizationRole.objects.select_related("organization")}
    assert roles == {('Harbor "Light" Home, Inc.', "cho"), ("Safe Place", "vsp"), ("Safe Place", "cho")}


def test_a_role_that_people_ended_is_not_given_again(here):
    applied(export(1))
    OrganizationRole.objects.update(ends_on=dt.date(2026, 3, 1))
    applied(change(later(export(1)), "Project", ProjectName="Renamed"))
    assert OrganizationRole.objects.get().ends_on == dt.date(2026, 3, 1)


def test_participation_follows_from_where_projects_are(here):
    applied(export(2))
    taken = Participation.objects.get()
    assert (taken.coc, taken.source, taken.starts_on, taken.ends_on) == (here, "import", dt.date(2020, 7, 1), None)
    gone = later(export(2))
    for number in (0, 1):
        change(gone, "ProjectCoC", number=number, DateDeleted="2026-03-15 12:00:00")
    applied(gone)
    assert Participation.objects.get().ends_on == dt.date(2026, 3, 15)


def test_participation_recorded_by_hand_is_left_to_people(here):
    agency = factories.OrganizationFactory(name='Harbor "Light" Home, Inc.')
    by_hand = factories.ParticipationFactory(organization=agency, coc=here)
    applied(export(1))
    assert Participation.objects.get() == by_hand
    assert Participation.objects.get().starts_on == factories.LONG_AGO


def test_codes_of_other_cocs_are_kept_as_text_and_listed(tenant):
    batch = applied(export(1))
    assert batch.summary["unknown_cocs"] == {"OH-504": 1}
    assert (ProjectCoC.objects.get().coc_code, ProjectCoC.objects.get().coc) == ("OH-504", None)
    assert not Participation.objects.exists()


def test_a_coc_added_later_gets_its_agencies_with_the_next_import(tenant):
    applied(export(1))
    coc = factories.CoCFactory(number="OH-504")
    ProjectCoC.objects.update(coc=coc)  # as adding a CoC does
    applied(export(1))
    assert Participation.objects.get().coc == coc


# People


def test_an_unknown_user_is_no_error_and_users_are_only_proposed(here):
    batch = applied(export(1))
    assert not batch.importproblems.exists()
    assert not Person.objects.exists()
    assert batch.importchanges.get(action="propose").label == "Zoë Müller"


def test_proposed_people_are_added_when_somebody_says_so_and_get_no_license(here):
    batch = applied(export(1))
    assert accept_people(batch_id=batch.pk, by=ROBOT) == 1
    person = Person.objects.get()
    assert (str(person), person.email) == ("Zoë Müller", "zoe@example.org")
    assert not License.objects.exists()
    assert accept_people(batch_id=batch.pk, by=ROBOT) == 0
    assert not uploaded(export(1)).importchanges.filter(action="propose").exists()


def test_an_analyst_imports_exports_and_adds_nobody_from_them(people):
    batch = applied(export(1))
    with pytest.raises(PermissionDenied):
        accept_people(batch_id=batch.pk, by=people["analyst"])
    assert accept_people(batch_id=batch.pk, by=people["staff"]) == 1


def test_somebody_with_that_address_is_not_added_again(here):
    batch = applied(export(1))
    known = factories.PersonFactory(email="ZOE@example.org")
    assert accept_people(batch_id=batch.pk, by=ROBOT) == 0
    assert batch.importchanges.get(action="propose").object_id == known.pk
    assert SourceRecord.objects.get(file="User").object_id == known.pk


def test_people_wait_for_the_import(here):
    with pytest.raises(DomainError, match="Apply the import first"):
        accept_people(batch_id=uploaded(export(1)).pk, by=ROBOT)


# Between preview and apply


def test_a_directory_that_changed_is_shown_again_and_not_overwritten(here):
    applied(export(1))
    batch = uploaded(change(later(export(1)), "Project", ProjectName="From the export"))
    Project.objects.update(name="By hand")
    batch = operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert batch.state == "previewed"
    assert "changed since" in batch.options["note"]
    assert Project.objects.get().name == "By hand"
    assert batch.importchanges.get(table="Project").fields == {"name": ["By hand", "From the export"]}
    assert operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True).state == "applied"
    assert Project.objects.get().name == "From the export"


def test_a_file_changed_by_hand_meanwhile_keeps_what_the_export_does_not_say(here):
    applied(export(1))
    Project.objects.update(common_name="The Lighthouse")
    made = change(later(export(1)), "Project", ProjectName="Renamed")
    del made["Project"][0]["ProjectCommonName"]
    columns = [name for name in hmis_samples.columns("Project") if name != "ProjectCommonName"]
    files = hmis_samples.members(made)
    files["Project.csv"] = hmis_samples.csv_bytes(made["Project"], columns)
    operations.import_export(file=File(hmis_samples.zip_of(files), name="e.zip"), name="e.zip", by=ROBOT)
    assert (Project.objects.get().name, Project.objects.get().common_name) == ("Renamed", "The Lighthouse")


def test_only_lead_staff_import(people):
    for name in ("cho_lead", "coc_staff", "auditor", "end_user", "security_officer"):
        with pytest.raises(PermissionDenied):
            uploaded(export(1), by=people[name])
    batch = uploaded(export(1), by=people["staff"])
    for name in ("cho_lead", "coc_staff", "auditor", "end_user"):
        with pytest.raises(ImportBatch.DoesNotExist):
            operations.apply_import(batch_id=batch.pk, by=people[name], inline=True)
