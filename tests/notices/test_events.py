"""What happens in the directory, told by the operations that make it happen: to whom, in which words, and what is not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from hmislead.access.scopes import ROBOT
from hmislead.compliance import task_operations
from hmislead.compliance.models import Run, Task
from hmislead.directory.imports import operations as imports
from hmislead.directory.operations import bulk, departures, licenses
from hmislead.notices import events
from hmislead.notices.models import Message, Notice
from tests import factories
from tests.directory import hmis_samples
from tests.directory.license_samples import license_at, open_gate
from tests.notices.conftest import moment

pytestmark = pytest.mark.usefixtures("clock")


def told(user):
    return [notice.sentence for notice in Notice.objects.filter(user=user).order_by("pk")]


def held_by(people, agency):
    return open_gate(people["end_user"].people.get().licenses.get(organization=agency))


def test_a_suspension_is_told_to_the_holder_and_the_lead_of_the_agency(agency, people):
    license = held_by(people, agency)
    licenses.suspend_license(license_id=license.pk, reason="Shared a password", by=people["staff"])
    meaning = "the account in the HMIS must not be used."
    assert told(people["end_user"]) == [f"Your license at Harbor House is suspended: {meaning}"]
    assert told(people["cho_lead"]) == [f"A license at Harbor House is suspended: {meaning}"]
    assert {notice.user for notice in Notice.objects.all()} == {people["end_user"], people["cho_lead"]}
    assert {notice.path for notice in Notice.objects.all()} == {license.get_absolute_url()}
    assert all("Shared a password" not in message.text for message in Message.objects.all())


def test_so_is_its_return(agency, people):
    license = held_by(people, agency)
    licenses.suspend_license(license_id=license.pk, reason="x", by=people["staff"])
    licenses.reactivate_license(license_id=license.pk, by=people["staff"])
    assert told(people["end_user"])[-1] == "Your license at Harbor House is active: the HMIS may be used."


def test_many_at_once_are_one_sentence_for_the_lead(agency, people):
    rows = [held_by(people, agency), *(open_gate(license_at(agency)) for _ in range(3))]
    bulk.suspend_licenses(license_ids=[row.pk for row in rows], reason="x", by=people["staff"])
    assert told(people["cho_lead"]) == ["4 licenses at Harbor House are suspended."]
    assert len(told(people["end_user"])) == 1


def test_old_papers_and_setup_are_told_to_nobody(agency, people, tenant):
    license = held_by(people, agency)
    old = dt.date(2025, 6, 16) - dt.timedelta(days=8)
    licenses.suspend_license(license_id=license.pk, reason="x", by=people["staff"], effective_at=old)
    tenant.state = "setup"
    tenant.save()
    licenses.reactivate_license(license_id=license.pk, by=people["staff"])
    assert not Notice.objects.exists()


def test_a_departure_is_told_with_its_hour_and_again_before_the_clock_ends(agency, neighbour, people):
    license = license_at(agency, account_state="active")
    departures.report_departure(license_id=license.pk, departed_at=timezone.now(), by=people["cho_lead"])
    sentence = "Harbor House: somebody leaves; shut the HMIS account by 17 June 2025, 10:00 am."
    assert {notice.user for notice in Notice.objects.filter(type="departure")} == {
        people[name] for name in ("administrator", "staff", "security_officer")
    }
    assert told(people["staff"]) == [sentence]
    warning = Message.objects.get(user=people["staff"], key__startswith="departure-clock:")
    assert warning.subject == "Harbor House: the clock runs out; shut the HMIS account by 17 June 2025, 10:00 am"
    # four hours before is 6 in the morning: the last working time before it
    assert (warning.state, warning.not_before) == ("held", moment("2025-06-16T16:30"))


def test_a_departure_with_nothing_to_shut_is_told_to_nobody(agency, people):
    license = license_at(agency, account_state="inactive", observed_on=dt.date(2025, 6, 16))
    departures.report_departure(license_id=license.pk, departed_at=timezone.now(), by=people["cho_lead"])
    assert not Notice.objects.filter(type="departure").exists()


def night(day):
    run = Run.objects.create(kind="night", as_of=day)
    events.tasks_after_night(run)
    return run


def test_new_tasks_are_told_once_after_the_night(agency, people, clock):
    for _ in range(3):
        task_operations.open_task(kind="lock_account", since=dt.date(2025, 6, 16), license=license_at(agency))
    task_operations.open_task(kind="decide_suspension", since=dt.date(2025, 6, 16), license=license_at(agency))
    clock.move_to(moment("2025-06-17T02:00"))
    night(dt.date(2025, 6, 17))
    assert told(people["staff"]) == ["North: 4 tasks new."]
    assert told(people["cho_lead"]) == told(people["security_officer"]) == ["Harbor House: 3 tasks new."]
    assert not told(people["neighbour_lead"])
    clock.move_to(moment("2025-06-18T02:00"))
    night(dt.date(2025, 6, 18))
    assert len(told(people["staff"])) == 1


def test_a_task_that_became_late_is_told_once(agency, people, clock):
    due = moment("2025-06-17T17:00")
    task_operations.open_task(kind="lock_account", since=dt.date(2025, 6, 16), license=license_at(agency), due_at=due)
    for day in (17, 18, 19):
        clock.move_to(moment(f"2025-06-{day}T02:00"))
        night(dt.date(2025, 6, day))
    late = Notice.objects.filter(user=people["cho_lead"], type="task_overdue")
    assert [row.sentence for row in late] == ["Harbor House: 1 task late, due by 17 June 2025, 5:00 pm."]


def test_a_run_by_hand_and_closed_tasks_are_told_to_nobody(agency, people, clock):
    license = license_at(agency)
    task_operations.open_task(kind="lock_account", since=dt.date(2025, 6, 16), license=license)
    events.tasks_after_night(Run.objects.create(kind="hand", as_of=dt.date(2025, 6, 16)))
    task_operations.close_moot(license, [Task.Kind.LOCK_ACCOUNT], "No longer needed")
    clock.move_to(moment("2025-06-17T02:00"))
    night(dt.date(2025, 6, 17))
    assert not Notice.objects.exists()


def test_who_started_an_import_hears_when_it_can_be_looked_at(people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = File(hmis_samples.export_zip(), name="export.zip")
    batch = imports.upload_export(file=file, name="export.zip", by=people["staff"], inline=True)
    batch.state = "reading"  # as the job finds it
    batch.save()
    imports.read_step(batch.pk)
    assert told(people["staff"]) == ["Import I-1 is read: look at its preview, then apply it."]
    assert Notice.objects.get().path == batch.get_absolute_url()
    assert not Message.objects.exists()  # by default it shows on the site alone


@pytest.mark.parametrize("what", ["licenses", "departure"])
def test_telling_is_part_of_the_change_and_rolled_back_with_it(agency, people, what):
    license = held_by(people, agency)

    class ChangedMyMindError(Exception):
        """Something later in the same request went wrong."""

    def change():
        with transaction.atomic():
            if what == "licenses":
                licenses.suspend_license(license_id=license.pk, reason="x", by=ROBOT)
            else:
                departures.report_departure(license_id=license.pk, departed_at=timezone.now(), by=ROBOT)
            assert Notice.objects.exists()
            raise ChangedMyMindError

    with pytest.raises(ChangedMyMindError):
        change()
    assert not Notice.objects.exists()
    assert not Message.objects.exists()


def test_people_of_merged_or_unreachable_holders_break_nothing(agency, people):
    silent = factories.PersonFactory(email="")
    license = open_gate(license_at(agency, person=silent))
    licenses.suspend_license(license_id=license.pk, reason="x", by=people["staff"])
    assert [notice.user for notice in Notice.objects.all()] == [people["cho_lead"]]
