"""The life of a license: every pair of states, the gate before access, tasks for accounts that stay open, who may do what."""

from __future__ import annotations

import datetime as dt
import itertools
from contextlib import nullcontext

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from hmislead.access.scopes import ROBOT
from hmislead.compliance.engine import recheck
from hmislead.compliance.models import Task
from hmislead.directory.models import License
from hmislead.directory.operations import bulk, gate_actions, license_requests, licenses
from hmislead.errors import DomainError, WrongState
from hmislead.tenancy import settings
from hmislead.tenancy.operations import change_setting
from tests import factories
from tests.directory.license_samples import license_at, open_gate

VERBS = {
    "active": lambda row, by: (licenses.reactivate_license if row.state == "suspended" else licenses.activate_license)(
        license_id=row.pk, by=by
    ),
    "suspended": lambda row, by: licenses.suspend_license(license_id=row.pk, reason="Shared a password", by=by),
    "blocked": lambda row, by: licenses.block_license(license_id=row.pk, reason="Wrong agency", by=by),
    "requested": lambda row, by: licenses.unblock_license(license_id=row.pk, by=by),
    "terminated": lambda row, by: licenses.terminate_license(license_id=row.pk, reason="Not needed", by=by),
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(License.State.values, repeat=2)))
def test_a_license_moves_only_along_the_table(agency, people, old, new):
    row = open_gate(license_at(agency, state=old))
    with nullcontext() if new in License.NEXT[old] else pytest.raises(DomainError):
        VERBS[new](row, people["staff"])
    row.refresh_from_db()
    assert row.state == (new if new in License.NEXT[old] else old)


def test_access_waits_for_the_gate_and_says_what_is_missing(agency, people):
    row = license_at(agency, state="requested")
    with pytest.raises(licenses.ShutGate) as refusal:
        licenses.activate_license(license_id=row.pk, by=people["staff"])
    assert {reason.title for reason in refusal.value.answer.reasons} >= {"End-user agreement in force"}
    assert all(reason.url for reason in refusal.value.answer.reasons)
    row.refresh_from_db()
    assert (row.state, row.activated_on) == ("requested", None)
    open_gate(row)
    licenses.activate_license(license_id=row.pk, by=people["staff"], effective_at=dt.date(2026, 3, 1))
    row.refresh_from_db()
    assert (row.state, row.activated_on) == ("active", dt.date(2026, 3, 1))


def test_reactivation_asks_the_gate_too(agency, people):
    row = license_at(agency, state="suspended", suspended_on=factories.LONG_AGO)
    with pytest.raises(licenses.ShutGate):
        licenses.reactivate_license(license_id=row.pk, by=people["staff"])
    row.refresh_from_db()
    assert row.state == "suspended"


@pytest.mark.parametrize(
    ("verb", "state", "account", "opened"),
    [
        ("suspended", "active", "active", "lock_account"),
        ("suspended", "active", "unknown", "lock_account"),
        ("suspended", "active", "locked", None),
        ("suspended", "active", "inactive", None),
        ("suspended", "active", "missing", None),
        ("blocked", "requested", "active", "lock_account"),
        ("blocked", "requested", "unknown", None),
        ("terminated", "active", "active", "deactivate_account"),
        ("terminated", "active", "locked", "deactivate_account"),
        ("terminated", "active", "inactive", None),
        ("terminated", "requested", "unknown", None),
    ],
)
def test_an_account_that_may_be_open_gets_a_task(agency, people, verb, state, account, opened):
    row = license_at(agency, state=state, account_state=account)
    VERBS[verb](row, people["staff"])
    assert [task.kind for task in Task.objects.open().filter(license=row)] == ([opened] if opened else [])


def test_ending_a_suspended_license_turns_the_task_to_lock_into_one_to_deactivate(agency, people):
    row = license_at(agency, account_state="active")
    licenses.suspend_license(license_id=row.pk, reason="Shared a password", by=people["staff"])
    licenses.terminate_license(license_id=row.pk, reason="Not needed", by=people["staff"])
    tasks = {task.kind: task.proof_kind for task in Task.objects.filter(license=row)}
    assert tasks == {"lock_account": "moot", "deactivate_account": ""}


def test_reactivation_of_a_locked_account_asks_to_reopen_it(agency, people):
    row = open_gate(license_at(agency, state="suspended", suspended_on=factories.LONG_AGO, account_state="locked"))
    licenses.reactivate_license(license_id=row.pk, by=people["staff"])
    assert [task.kind for task in Task.objects.open().filter(license=row)] == ["reopen_account"]


MANAGERS = {"administrator", "staff"}


@pytest.mark.parametrize(
    "role",
    ["administrator", "staff", "coc_staff", "cho_lead", "security_officer", "neighbour_lead", "end_user", "auditor"],
)
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_only_the_lead_changes_the_state_of_a_license(agency, people, role, verb):
    old = {
        "active": "suspended",
        "suspended": "active",
        "blocked": "requested",
        "requested": "blocked",
        "terminated": "active",
    }
    row = open_gate(license_at(agency, state=old[verb]))
    allowed = role in MANAGERS
    with nullcontext() if allowed else pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        VERBS[verb](row, people[role])
    row.refresh_from_db()
    assert row.state == (verb if allowed else old[verb])


def test_an_agency_takes_back_its_own_request_and_no_others(agency, neighbour, people):
    own, foreign = license_at(agency, state="requested"), license_at(neighbour, state="requested")
    licenses.terminate_license(license_id=own.pk, reason="Hired elsewhere", by=people["cho_lead"])
    with pytest.raises(ObjectDoesNotExist):
        licenses.terminate_license(license_id=foreign.pk, reason="Hired elsewhere", by=people["cho_lead"])
    assert License.objects.living().filter(pk__in=[own.pk, foreign.pk]).get() == foreign


def test_a_reason_is_asked_for(agency, people):
    row = license_at(agency)
    with pytest.raises(DomainError, match="reason"):
        licenses.suspend_license(license_id=row.pk, reason="  ", by=people["staff"])


@pytest.mark.parametrize(
    ("zone", "refused"), [("America/New_York", True), ("Pacific/Honolulu", True), ("Asia/Tokyo", False)]
)
def test_a_day_to_come_is_one_in_the_zone_of_the_implementation(agency, people, tenant, zone, refused):
    """At 23:00 UTC on 28 February it is 1 March in Tokyo only."""
    tenant.timezone = zone
    row = license_at(agency)
    refusal = pytest.raises(DomainError) if refused else nullcontext()
    given = {"reason": "Shared a password", "by": ROBOT, "effective_at": dt.date(2027, 3, 1)}
    with time_machine.travel(dt.datetime(2027, 2, 28, 23, tzinfo=dt.UTC), tick=False), refusal:
        licenses.suspend_license(license_id=row.pk, **given)


@pytest.mark.parametrize(
    ("rule", "asked", "outcome"), [("none", False, None), ("read_only", True, False), ("read_only", False, False)]
)
def test_a_victim_service_provider_gets_what_the_setting_allows(people, rule, asked, outcome):
    provider = factories.OrganizationFactory(name="Safe Haven", is_vsp=True)
    change_setting(key="vsp.licenses", value=rule, by=ROBOT)
    person = factories.PersonFactory()
    with nullcontext() if outcome is not None else pytest.raises(DomainError, match="GOV-32"):
        row = license_requests.request_license(
            person_id=person.pk, organization_id=provider.pk, can_write=asked, by=people["staff"]
        )
        assert row.can_write is outcome
    assert License.objects.filter(person=person).exists() is (outcome is not None)


def test_writing_is_not_given_to_a_victim_service_provider_later(people):
    provider = factories.OrganizationFactory(is_vsp=True)
    change_setting(key="vsp.licenses", value="read_only", by=ROBOT)
    row = license_at(provider, can_write=False)
    with pytest.raises(DomainError, match="GOV-32"):
        licenses.change_license(license_id=row.pk, can_write=True, by=people["staff"])
    row.refresh_from_db()
    assert row.can_write is False


def test_one_living_license_per_person_and_agency(agency, people):
    row = license_at(agency, state="terminated")
    again = {"person_id": row.person_id, "organization_id": agency.pk, "by": people["staff"]}
    new = license_requests.request_license(**again)
    with pytest.raises(DomainError, match="already"):
        license_requests.request_license(**again)
    assert list(License.objects.living().filter(person=row.person)) == [new]


def test_a_request_by_address_finds_the_person_who_has_it(agency, neighbour, people):
    known = license_at(neighbour).person
    row = license_requests.request_license_for(
        email=known.email.upper(),
        first_name="Other",
        last_name="Name",
        organization_id=agency.pk,
        by=people["cho_lead"],
    )
    known.refresh_from_db()
    assert row.person == known
    assert known.first_name == "Pat"


@pytest.mark.parametrize("role", ["cho_lead", "security_officer", "neighbour_lead", "end_user", "auditor", "coc_staff"])
def test_requests_are_for_ones_own_agency(agency, people, role):
    allowed = role == "cho_lead"
    with nullcontext() if allowed else pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        license_requests.request_license_for(
            email="new@example.org", first_name="New", last_name="Person", organization_id=agency.pk, by=people[role]
        )
    assert License.objects.filter(person__email="new@example.org").exists() is allowed


def test_a_license_in_use_is_recorded_by_who_imports(agency, people):
    person = factories.PersonFactory()
    given = {"person_id": person.pk, "organization_id": agency.pk, "activated_on": dt.date(2025, 2, 1)}
    with pytest.raises(PermissionDenied):
        license_requests.record_license(**given, by=people["cho_lead"])
    row = license_requests.record_license(**given, by=people["staff"])
    assert (row.state, row.activated_on) == ("active", dt.date(2025, 2, 1))


def test_many_at_once_do_what_can_be_done_and_say_what_not(agency, people):
    active, ended = license_at(agency), license_at(agency, state="terminated")
    result = bulk.suspend_licenses(license_ids=[active.pk, ended.pk], reason="Shared a password", by=people["staff"])
    assert [row.pk for row in result.done] == [active.pk]
    assert [(row.pk, "terminated" in why) for row, why in result.refused] == [(ended.pk, True)]


@pytest.mark.parametrize(
    ("life", "action", "state", "task"),
    [
        ("live", "suspend", "suspended", None),
        ("transition", "suspend", "suspended", None),
        ("live", "ask", "active", "decide_suspension"),
        ("setup", "suspend", "active", None),
        ("setup", "ask", "active", None),
        ("closed", "suspend", "active", None),
    ],
)
def test_a_shut_gate_suspends_or_asks_and_in_setup_neither(agency, tenant, life, action, state, task):
    tenant.state = life
    change_setting(key="gate.action", value=action, by=ROBOT)
    row = license_at(agency, account_state="inactive")
    recheck(licenses=[row.pk])
    assert gate_actions.act_on_shut_gates() == (0 if life in {"setup", "closed"} else 1)
    gate_actions.act_on_shut_gates()
    row.refresh_from_db()
    assert row.state == state
    assert [each.kind for each in Task.objects.open().filter(license=row)] == ([task] if task else [])
    open_gate(row)
    gate_actions.act_on_shut_gates()
    assert not Task.objects.open().filter(license=row, kind="decide_suspension").exists()


def test_unlocking_counts_inactivity_anew(agency, people):
    row = license_at(agency, last_sign_in_on=factories.LONG_AGO)
    licenses.restart_use(license_id=row.pk, by=people["staff"])
    row.refresh_from_db()
    assert row.use_counts_from == settings.today()


def test_a_wrong_move_is_told_in_a_sentence(agency, people):
    row = license_at(agency, state="terminated")
    with pytest.raises(WrongState, match="is terminated and cannot become suspended"):
        licenses.suspend_license(license_id=row.pk, reason="Shared a password", by=people["staff"])
