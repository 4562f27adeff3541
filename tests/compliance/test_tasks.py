"""Tasks that only proof closes: what a statement says of the account, what a roster proves, who may vouch for whom."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.compliance import task_operations
from hmislead.compliance.models import Task
from hmislead.directory.models import License
from hmislead.directory.operations import accounts
from hmislead.errors import DomainError
from hmislead.files.operations import store_file
from hmislead.tenancy import settings
from tests import factories
from tests.directory.license_samples import license_at

YESTERDAY = factories.TODAY - dt.timedelta(days=1)
LAST_WEEK = factories.TODAY - dt.timedelta(days=7)


def open_about(row, kind="lock_account", since=LAST_WEEK):
    return task_operations.open_task(kind=kind, license=row, since=since)


def state(task):
    task.refresh_from_db()
    return task.proof_kind


def test_asking_twice_is_one_task_due_at_the_earlier_time(agency):
    row = license_at(agency)
    first = task_operations.open_task(kind="lock_account", license=row, since=LAST_WEEK)
    early = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    again = task_operations.open_task(kind="lock_account", license=row, since=YESTERDAY, due_at=early)
    later = task_operations.open_task(kind="lock_account", license=row, since=YESTERDAY, due_at=early + dt.timedelta(1))
    assert (again, later) == (first, first)
    assert Task.objects.get().due_at == early


def test_numbers_follow_each_other_and_titles_name_nobody(agency):
    row = license_at(agency)
    tasks = [open_about(row), open_about(row, "stale_sign_in")]
    assert [str(task) for task in tasks] == ["T-1", "T-2"]
    assert all(row.person.last_name not in task.title and "Harbor House" in task.title for task in tasks)


# kind of task: the states of the account that prove it
PROOFS = {
    "lock_account": {"locked", "inactive", "missing"},
    "deactivate_account": {"inactive", "missing"},
    "reopen_account": {"active"},
    "active_though_blocked": {"locked", "inactive", "missing"},
    "missing_account": {"active", "locked", "inactive"},
    "stale_sign_in": {"locked", "inactive", "missing"},
    "decide_suspension": set(),
}


@pytest.mark.parametrize("kind", PROOFS)
@pytest.mark.parametrize("seen", ["active", "locked", "inactive", "missing"])
def test_a_roster_closes_what_it_proves_and_nothing_else(agency, kind, seen):
    row = license_at(agency)
    task = open_about(row, kind)
    accounts.observe_account(license_id=row.pk, account_state=seen, observed_on=YESTERDAY, by=ROBOT)
    assert state(task) == ("observed" if seen in PROOFS[kind] else "")


def test_what_was_seen_before_the_decision_proves_nothing(agency):
    row = license_at(agency)
    task = open_about(row, since=YESTERDAY)
    accounts.observe_account(license_id=row.pk, account_state="locked", observed_on=LAST_WEEK, by=ROBOT)
    assert state(task) == ""


def test_an_older_roster_changes_nothing_but_a_later_sign_in(agency):
    row = license_at(agency, account_state="locked", observed_on=YESTERDAY, last_sign_in_on=dt.date(2026, 1, 5))
    task = open_about(row, "reopen_account")
    accounts.observe_account(
        license_id=row.pk, account_state="active", observed_on=LAST_WEEK, last_sign_in_on=dt.date(2026, 2, 1), by=ROBOT
    )
    row.refresh_from_db()
    assert (row.account_state, row.observed_on, row.last_sign_in_on) == ("locked", YESTERDAY, dt.date(2026, 2, 1))
    assert state(task) == ""


@pytest.mark.parametrize("our_state", License.State.values)
def test_an_open_account_without_an_active_license_opens_a_task_of_its_own(agency, our_state):
    row = license_at(agency, state=our_state)
    accounts.observe_account(license_id=row.pk, account_state="active", observed_on=YESTERDAY, by=ROBOT)
    accounts.observe_account(license_id=row.pk, account_state="active", observed_on=factories.TODAY, by=ROBOT)
    expected = [] if our_state == "active" else ["active_though_blocked"]
    assert [task.kind for task in Task.objects.filter(license=row)] == expected


def test_a_closed_task_never_opens_again_but_a_new_one_does(agency):
    row = license_at(agency, state="suspended", suspended_on=LAST_WEEK)
    first = open_about(row)
    accounts.observe_account(license_id=row.pk, account_state="locked", observed_on=YESTERDAY, by=ROBOT)
    accounts.observe_account(license_id=row.pk, account_state="active", observed_on=factories.TODAY, by=ROBOT)
    assert state(first) == "observed"
    assert [task.kind for task in Task.objects.open()] == ["active_though_blocked"]


@pytest.mark.parametrize(
    ("kind", "said", "account"),
    [
        ("lock_account", "", "locked"),
        ("lock_account", "inactive", "inactive"),
        ("deactivate_account", "", "inactive"),
        ("reopen_account", "", "active"),
        ("decide_suspension", "", "unknown"),
    ],
)
def test_a_statement_is_seen_on_the_account(agency, people, kind, said, account):
    row = license_at(agency)
    task = open_about(row, kind)
    task_operations.prove_task(task_id=task.pk, statement="Done by me.", account_state=said, by=people["staff"])
    row.refresh_from_db()
    assert (state(task), row.account_state) == ("stated", account)
    assert row.observed_on == (None if account == "unknown" else settings.today())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"statement": "   "}, "Say what was done"),
        ({"statement": "Done.", "account_state": "locked"}, "does not do what"),
        ({"statement": "Done.", "done_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "still to come"),
    ],
)
def test_what_proves_nothing_leaves_the_task_open(agency, people, typed, sentence):
    task = open_about(license_at(agency), "deactivate_account")
    with pytest.raises(DomainError, match=sentence):
        task_operations.prove_task(task_id=task.pk, by=people["staff"], **typed)
    assert state(task) == ""


def test_a_closed_task_stays_as_it_was_proved(agency, people):
    task = open_about(license_at(agency))
    task_operations.prove_task(task_id=task.pk, statement="First.", by=people["staff"])
    with pytest.raises(DomainError, match="closed already"):
        task_operations.prove_task(task_id=task.pk, statement="Second.", by=people["staff"])
    task.refresh_from_db()
    assert task.proof == "First."


def test_the_database_itself_refuses_a_task_closed_without_proof(agency):
    task = open_about(license_at(agency))
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(closed_at=task.created_at)


@pytest.mark.parametrize("kind", ["lock_account", "decide_suspension", "unknown_account"])
@pytest.mark.parametrize(
    "role",
    ["administrator", "staff", "cho_lead", "security_officer", "neighbour_lead", "coc_staff", "end_user", "auditor"],
)
def test_who_may_close_which_task(agency, people, kind, role):
    about = None if kind == "unknown_account" else license_at(agency)
    task = task_operations.open_task(kind=kind, license=about, since=LAST_WEEK, key="abc" if about is None else "")
    allowed = {"administrator", "staff"} | ({"cho_lead", "security_officer"} if kind == "lock_account" else set())
    with nullcontext() if role in allowed else pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        task_operations.prove_task(task_id=task.pk, statement="Done by me.", by=people[role])
    assert state(task) == ("stated" if role in allowed else "")


def test_a_file_is_kept_with_the_statement_for_those_who_may_vouch(agency, people):
    task = open_about(license_at(agency))
    file = ContentFile(b"name,state\nPat,locked\n", name="list.csv")
    stored = store_file(file=file, permission="view_people", organization=agency, by=people["cho_lead"])
    with pytest.raises(ObjectDoesNotExist):
        task_operations.prove_task(task_id=task.pk, statement="See it.", file_id=task.pk, by=people["cho_lead"])
    task_operations.prove_task(task_id=task.pk, statement="See it.", file_id=stored.pk, by=people["cho_lead"])
    task.refresh_from_db()
    assert task.proof_file == stored


def test_an_agency_sees_its_own_tasks(agency, neighbour, people):
    own, foreign = open_about(license_at(agency)), open_about(license_at(neighbour))
    unknown = task_operations.open_task(kind="unknown_account", since=LAST_WEEK, key="abc")
    assert set(Task.objects.visible_to(people["cho_lead"])) == {own}
    assert set(Task.objects.visible_to(people["staff"])) == {own, foreign, unknown}
    assert set(Task.objects.visible_to(people["end_user"])) == set()


def test_pages_of_tasks(agency, neighbour, people, client):
    own, foreign = open_about(license_at(agency)), open_about(license_at(neighbour))
    client.force_login(people["cho_lead"])
    listed = client.get(reverse("compliance:task-list", kwargs={"slug": "north"}), {"state": "open"}).content.decode()
    assert own.get_absolute_url() in listed
    assert foreign.get_absolute_url() not in listed
    assert client.get(foreign.get_absolute_url()).status_code == 404
    assert client.get(f"{foreign.get_absolute_url()}prove/").status_code == 404
    assert client.get(f"{own.get_absolute_url()}prove/").status_code == 200
    assert client.post(f"{own.get_absolute_url()}prove/", {"statement": ""}).status_code == 422
    typed = {"statement": "Locked it.", "done_at": "2026-01-31T10:00", "account_state": "locked"}
    paper = ContentFile(b"name,state\nPat,locked\n", name="list.csv")
    page = client.post(f"{own.get_absolute_url()}prove/", {**typed, "paper": paper}, follow=True)
    assert "Locked it." in page.content.decode()
    own.refresh_from_db()
    assert (own.proof_kind, own.proof_file.name) == ("stated", "list.csv")
