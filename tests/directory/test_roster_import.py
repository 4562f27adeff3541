"""Rosters: what the HMIS shows beside what we decided, and every difference a task that only proof closes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from hmislead.access.scopes import ROBOT
from hmislead.compliance.models import Status, Task
from hmislead.directory.imports import operations, roster_operations
from hmislead.directory.models import Departure, ImportBatch, License, Organization, Person, RosterMapping
from hmislead.directory.operations import departures
from hmislead.directory.tabular.mapping import RosterMapping as Mapping
from hmislead.directory.tabular.mapping import guess_mapping
from hmislead.errors import DomainError, RefusedFile
from hmislead.tenancy import settings as tenant_settings
from tests import factories
from tests.directory.import_samples import apply_roster, read_roster, roster_batch
from tests.directory.license_samples import license_at


@pytest.fixture
def day(tenant):
    """The day the rosters speak of."""
    return tenant_settings.today() - dt.timedelta(days=2)


def account(license, status="Active", last="", agency=None, email=None):
    """The line of a roster for a license."""
    person = license.person
    name = license.organization.name if agency is None else agency
    return f"{email or person.email},{license.username},{person.first_name},{person.last_name},{name},{status},{last},"


def kinds(**filters):
    return sorted(Task.objects.open().filter(**filters).values_list("kind", flat=True))


def seen(license):
    license.refresh_from_db()
    return (license.account_state, license.observed_on)


# What was seen


def test_the_account_is_recorded_beside_our_decision(agency, day):
    license = license_at(agency)
    last = day - dt.timedelta(days=3)
    batch = read_roster([account(license, last=last.isoformat(), email=license.person.email.upper())], day)
    assert seen(license) == ("unknown", None)  # nothing before apply
    told = batch.importchanges.get(table="License")
    assert told.fields["account_state"] == ["unknown", "active"]
    operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert seen(license) == ("active", day)
    assert (license.state, license.last_sign_in_on) == ("active", last)
    assert not Task.objects.exists()


def test_somebody_at_two_agencies_stays_one_person_with_two_accounts(agency, neighbour, day):
    here = license_at(agency)
    there = license_at(neighbour, person=here.person)
    apply_roster([account(here, "Active", day.isoformat()), account(there, "Inactive")], day)
    assert (seen(here)[0], seen(there)[0]) == ("active", "inactive")
    assert Person.objects.count() == 1


def test_an_older_roster_overwrites_nothing_but_a_later_sign_in(agency, day):
    license = license_at(agency, account_state="locked", observed_on=day, last_sign_in_on=day - dt.timedelta(days=50))
    earlier = day - dt.timedelta(days=10)
    batch = apply_roster([account(license, "Active", (day - dt.timedelta(days=20)).isoformat())], earlier)
    assert seen(license) == ("locked", day)
    assert batch.summary["older"] == 1
    assert not Task.objects.exists()


def test_a_last_sign_in_only_moves_forward(agency, day):
    newer = day - dt.timedelta(days=1)
    license = license_at(agency, last_sign_in_on=newer)
    apply_roster([account(license, "Active", (day - dt.timedelta(days=20)).isoformat())], day)
    license.refresh_from_db()
    assert license.last_sign_in_on == newer


def test_a_state_the_roster_does_not_tell_is_no_observation(agency, day):
    license = license_at(agency, account_state="active", observed_on=day - dt.timedelta(days=30))
    apply_roster([account(license, "Perhaps", day.isoformat())], day)
    assert seen(license) == ("active", day - dt.timedelta(days=30))
    license.refresh_from_db()
    assert license.last_sign_in_on == day


def test_service_accounts_are_left_out(agency, day):
    mapping = Mapping(
        **{
            **_plain(guess_mapping(["E-mail", "User name", "Agency", "Status"])),
            "service_accounts": ("svc_*",),
        }
    )
    batch = apply_roster(["svc_backup@vendor.example,svc_backup,,,Harbor House,Active,,"], day, mapping=mapping)
    assert batch.summary["excluded"] == {"svc_*": 1}
    assert not Task.objects.exists()


def _plain(mapping):
    return {name: getattr(mapping, name) for name in mapping.columns()} | {"states": mapping.states}


# Differences


def test_an_open_account_nobody_knows_becomes_a_task_without_a_name(agency, day):
    batch = apply_roster(["stranger@example.org,str4,Ann,Stranger,Harbor House,Active,,"], day)
    task = Task.objects.get()
    assert (task.kind, task.organization, task.license) == ("unknown_account", agency, None)
    assert "Stranger" not in task.title + str(task.detail)
    assert "stranger" not in task.key
    assert batch.importchanges.get(action="propose").label == "Ann Stranger at Harbor House"
    assert not License.objects.exists()


def test_a_shut_account_nobody_knows_is_no_task(agency, day):
    apply_roster(["stranger@example.org,str4,Ann,Stranger,Harbor House,Disabled,,"], day)
    assert not Task.objects.exists()


def test_a_license_whose_account_is_gone_becomes_a_task(agency, day):
    license = license_at(agency)
    other = license_at(agency)
    apply_roster([account(other, last=day.isoformat())], day)
    assert seen(license) == ("missing", day)
    assert kinds(license=license) == ["missing_account"]


def test_a_roster_of_some_accounts_says_nothing_of_the_others(agency, day):
    license = license_at(agency)
    other = license_at(agency)
    apply_roster([account(other, last=day.isoformat())], day, complete=False)
    assert seen(license) == ("unknown", None)
    assert not Task.objects.exists()


@pytest.mark.parametrize(("listed", "warned"), [(3, False), (2, True)])
def test_a_preview_warns_when_more_than_a_quarter_would_become_missing(agency, day, listed, warned):
    licenses = [license_at(agency) for _ in range(4)]
    license_at(agency, account_state="missing", observed_on=factories.LONG_AGO)  # was missing before: no news
    rows = [account(license, last=day.isoformat()) for license in licenses[:listed]]
    summary = read_roster(rows, day).summary
    assert (summary["missing"], summary["known"]) == (4 - listed, 4)
    assert ("2 of 4 known accounts are not in this list" in summary["warning"]) is warned
    assert read_roster(rows, day, complete=False).summary["warning"] == ""


def test_an_account_cannot_be_missing_before_the_license_was_active(agency, day):
    fresh = license_at(agency, activated_on=day + dt.timedelta(days=1))
    requested = license_at(agency, state="requested")
    other = license_at(agency)
    apply_roster([account(other, last=day.isoformat())], day)
    assert (seen(fresh)[0], seen(requested)[0]) == ("unknown", "unknown")


@pytest.mark.parametrize("state", ["suspended", "blocked", "requested", "terminated"])
def test_an_account_open_though_its_license_is_not_becomes_a_task(agency, day, state):
    decided = {"suspended_on": factories.LONG_AGO} if state == "suspended" else {}
    license = license_at(agency, state=state, **decided)
    apply_roster([account(license)], day)
    assert kinds(license=license) == ["active_though_blocked"]


def test_a_suspension_after_the_rosters_day_is_no_difference(agency, day):
    license = license_at(agency, state="suspended", suspended_on=day + dt.timedelta(days=1))
    apply_roster([account(license)], day)
    assert not Task.objects.exists()


@pytest.mark.parametrize(("ago", "is_stale"), [(59, False), (60, True)])
def test_an_account_not_used_for_the_period_becomes_a_task(agency, day, ago, is_stale):
    license = license_at(agency)
    apply_roster([account(license, last=(day - dt.timedelta(days=ago)).isoformat())], day)
    assert kinds(license=license) == (["stale_sign_in"] if is_stale else [])


def test_without_a_sign_in_the_period_counts_from_activation(agency, day):
    license = license_at(agency, activated_on=day - dt.timedelta(days=10))
    apply_roster([account(license)], day)
    assert not Task.objects.exists()


def test_the_same_difference_has_one_task(agency, day):
    license_at(agency)
    rows = ["stranger@example.org,str4,Ann,Stranger,Harbor House,Active,,"]
    apply_roster(rows, day - dt.timedelta(days=7))
    apply_roster(rows, day)
    assert kinds() == ["missing_account", "unknown_account"]


# Proof by a later roster


def test_a_later_roster_closes_what_it_proves(agency, day):
    gone, idle = license_at(agency), license_at(agency)
    before = day - dt.timedelta(days=7)
    rows = ["stranger@example.org,str4,Ann,Stranger,Harbor House,Active,,"]
    apply_roster([account(idle, last="2024-02-01"), *rows], before)
    assert kinds() == ["missing_account", "stale_sign_in", "unknown_account"]
    apply_roster([account(gone, last=day.isoformat()), account(idle, last=day.isoformat())], day)
    assert kinds() == []
    assert set(Task.objects.values_list("proof_kind", flat=True)) == {"observed"}


def test_what_was_closed_stays_closed_and_a_new_difference_is_a_new_task(agency, day):
    license = license_at(agency, state="suspended", suspended_on=factories.LONG_AGO)
    for back, status in ((14, "Active"), (7, "Locked"), (0, "Active")):
        apply_roster([account(license, status)], day - dt.timedelta(days=back))
    first, second = Task.objects.filter(license=license).order_by("number")
    assert (first.closed_at is not None, second.closed_at) == (True, None)


def test_an_older_roster_opens_and_proves_nothing_about_strangers(agency, day):
    row = "stranger@example.org,str4,Ann,Stranger,Harbor House,Active,,"
    other = license_at(agency)
    apply_roster([account(other, last=day.isoformat()), row], day)
    apply_roster([account(other, last=day.isoformat())], day - dt.timedelta(days=7))
    assert kinds(kind="unknown_account") == ["unknown_account"]


def test_a_roster_without_the_account_stops_the_departure_clock(agency, day):
    license = license_at(agency, account_state="active", observed_on=factories.LONG_AGO)
    left = dt.datetime.combine(day - dt.timedelta(days=3), dt.time(12), tzinfo=dt.UTC)
    departures.report_departure(license_id=license.pk, departed_at=left, by=ROBOT)
    assert kinds(license=license) == ["deactivate_account"]
    other = license_at(agency)
    apply_roster([account(other, last=day.isoformat())], day)
    assert kinds(license=license) == []
    assert Departure.objects.get().proved_at is not None


# Agencies by name


def test_names_without_a_match_are_listed_matched_once_and_kept(agency, day):
    license = license_at(agency)
    rows = [account(license, last=day.isoformat(), agency="HH Inc.")]
    batch = read_roster(rows, day, name="Vendor")
    assert batch.summary["unmatched"] == {"HH Inc.": 1}
    assert batch.summary["observed"] == 0  # and its holder is not called missing
    roster_operations.match_organizations(batch_id=batch.pk, chosen={"HH Inc.": agency.pk}, by=ROBOT)
    operations.read_step(batch.pk)
    operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert seen(license) == ("active", day)
    assert read_roster(rows, day, name="Vendor").summary["unmatched"] == {}
    assert RosterMapping.objects.get().mapping["organizations"] == {"hh inc.": str(agency.pk)}


def test_agencies_that_are_not_ours_are_not_compared(agency, day):
    license_at(agency, activated_on=None, state="requested")
    batch = read_roster(["x@example.org,,X,Y,Elsewhere,Active,,"], day)
    roster_operations.match_organizations(batch_id=batch.pk, chosen={"Elsewhere": None}, by=ROBOT)
    operations.read_step(batch.pk)
    batch = operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert batch.summary["outside"] == 1
    assert not Task.objects.exists()


def test_a_common_name_and_a_merged_agencys_name_are_the_agency(agency, neighbour, day):
    agency.common_name = "The Harbor"
    agency.save()
    Organization.objects.filter(pk=neighbour.pk).update(merged_into=agency)
    one, two = license_at(agency), license_at(agency)
    apply_roster(
        [
            account(one, last=day.isoformat(), agency="the HARBOR"),
            account(two, last=day.isoformat(), agency="Neighbor Services"),
        ],
        day,
    )
    assert (seen(one)[0], seen(two)[0]) == ("active", "active")


def test_a_roster_without_agencies_speaks_of_all_licenses_of_a_person(agency, neighbour, day):
    here = license_at(agency)
    there = license_at(neighbour, person=here.person)
    apply_roster([account(here, "Locked", agency="")], day)
    assert (seen(here)[0], seen(there)[0]) == ("locked", "locked")


# Columns, day, refusals


def test_a_kept_mapping_is_offered_for_the_next_roster(agency, day):
    license = license_at(agency)
    mapping = Mapping(email="E-mail", account_state="Status", service_accounts=("svc_*",))
    apply_roster([account(license)], day, mapping=mapping, name="Vendor")
    offered, name = roster_operations.mapping_for(roster_batch([account(license)]), ROBOT)
    assert (offered.email, offered.service_accounts, name) == ("E-mail", ("svc_*",), "Vendor")


def test_a_roster_of_a_day_to_come_is_refused(agency):
    with pytest.raises(DomainError, match="still to come"):
        read_roster(["x@example.org,,X,Y,,Active,,"], tenant_settings.today() + dt.timedelta(days=1))


def test_a_list_that_is_none_is_refused_and_not_kept(agency):
    with pytest.raises(RefusedFile):
        roster_batch([], name="roster.exe")
    with pytest.raises(RefusedFile, match="no rows"):
        roster_batch([])
    assert not ImportBatch.objects.exists()


def test_a_fresh_roster_makes_the_requirement_met(agency, tenant, day):
    license = license_at(agency)
    apply_roster([account(license, last=day.isoformat())], day)
    assert Status.objects.get(requirement="roster-fresh").state == "met"
    assert Status.objects.get(requirement="recent-use", subject_id=license.pk).state == "met"


def test_only_lead_staff_bring_rosters(people, agency):
    for name in ("cho_lead", "coc_staff", "auditor", "end_user"):
        with pytest.raises(PermissionDenied):
            roster_batch(["x@example.org,,X,Y,,Active,,"], by=people[name])
    batch = roster_batch(["x@example.org,,X,Y,,Active,,"], by=people["staff"])
    with pytest.raises(ImportBatch.DoesNotExist):
        roster_operations.map_roster(
            batch_id=batch.pk, mapping=Mapping(email="E-mail"), complete=False, by=people["cho_lead"]
        )


def test_a_license_that_changes_between_preview_and_apply_is_shown_again(agency, day):
    license = license_at(agency)
    batch = read_roster([account(license, last=day.isoformat())], day)
    License.objects.update(state="suspended", suspended_on=factories.LONG_AGO)
    batch = operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert (batch.state, seen(license)[0]) == ("previewed", "unknown")
    assert batch.summary["differences"] == {"active_though_blocked": 1}


# Making an unknown account known


def test_an_unknown_account_can_be_made_known(people, agency, day):
    batch = apply_roster(
        [
            "stranger@example.org,str4,Ann,Stranger,Harbor House,Active,,",
            f"{people['end_user'].email},,Pat,Person,Harbor House,Active,{day},",
        ],
        day,
    )
    change = batch.importchanges.get(action="propose")
    license = roster_operations.accept_account(change_id=change.pk, by=people["staff"])
    assert (str(license.person), license.organization, license.state) == ("Ann Stranger", agency, "requested")
    assert seen(license) == ("active", day)
    assert kinds(kind="unknown_account") == []
    assert kinds(license=license) == ["active_though_blocked"]
    with pytest.raises(DomainError, match="already"):
        roster_operations.accept_account(change_id=change.pk, by=people["staff"])
    with pytest.raises(type(change).DoesNotExist):
        roster_operations.accept_account(change_id=change.pk, by=people["cho_lead"])
