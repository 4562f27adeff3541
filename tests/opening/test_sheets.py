"""Spreadsheets of old agreements and trainings: read first, loaded whole or not at all, and never twice."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement
from hmislead.access import operations as access
from hmislead.access.scopes import ROBOT
from hmislead.compliance.models import Status
from hmislead.directory.models import ImportBatch, ImportProblem
from hmislead.errors import DomainError, RefusedFile
from hmislead.jobs import operations as jobs
from hmislead.jobs import progress
from hmislead.jobs.models import Job
from hmislead.notices.models import Notice
from hmislead.opening import operations
from tests import factories
from tests.agreements.factories import lead
from tests.training.factories import CourseFactory
from training.models import Completion, SecurityCertification

pytestmark = pytest.mark.django_db
HEAD = "type,coc,agency,person_email,signed_on,effective_on,ends_on,signed_by,title\n"


def sheet(text, name="old.csv"):
    return SimpleUploadedFile(name, text.encode())


def read(by, text, kind="agreements", carried_over=True, name="old.csv"):
    return operations.read_sheet(kind=kind, file=sheet(text, name), carried_over=carried_over, by=by, inline=True)


def load(by, text, kind="agreements", **options):
    batch = read(by, text, kind)
    return operations.apply_sheet(batch_id=batch.pk, by=by, **options)


@pytest.fixture
def ground(people, agency, coc):
    """A Lead, an agency of that name, its CoC, and a person with a license."""
    lead()
    return people


AGREEMENTS = (
    HEAD
    + "participation,,harbor  house,,2024-01-05,2024-01-01,,Dana Whitfield,\n"
    + "CoC-Lead agreement,oh-504,,,2024-01-05,2024-01-01,2030-12-31,,\n"
    + "end_user,,Harbor House,END_USER@example.org,,2024-02-01,,,\n"
)


def test_agreements_are_shown_first_and_then_loaded_as_carried_over(ground, agency):
    batch = read(ground["staff"], AGREEMENTS)
    assert batch.summary == {"added": 3, "same": 0, "left_out": 0}
    assert Agreement.objects.count() == 0
    operations.apply_sheet(batch_id=batch.pk, by=ground["staff"])
    rows = Agreement.objects.order_by("type")
    assert [(row.type, row.carried_over, row.parties.count()) for row in rows] == [
        ("coc_lead", True, 2),
        ("end_user", True, 1),
        ("participation", True, 2),
    ]
    assert Agreement.objects.get(type="participation").parties.get(role="cho").signed_by == "Dana Whitfield"
    codes = ("participation-agreement", "coc-lead-agreement", "end-user-agreement")
    subjects = [agency.pk, agency.participations.get().coc_id, agency.licenses.get().pk]
    assert set(
        Status.objects.filter(requirement__in=codes, subject_id__in=subjects).values_list("state", flat=True)
    ) == {"met"}


def test_the_same_file_twice_changes_nothing(ground):
    load(ground["staff"], AGREEMENTS)
    before = list(Agreement.objects.order_by("pk").values())
    batch = read(ground["staff"], AGREEMENTS)
    assert batch.summary == {"added": 0, "same": 3, "left_out": 0}
    operations.apply_sheet(batch_id=batch.pk, by=ground["staff"])
    assert list(Agreement.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("lease,,Harbor House,,,2024-01-01,,,", "type", "This is no type of agreement."),
        ("participation,,Nowhere,,,2024-01-01,,,", "agency", "No agency here has this name."),
        ("coc_lead,XX-999,,,,2024-01-01,,,", "coc", "No CoC here has this number."),
        (
            "end_user,,Harbor House,nobody@example.org,,2024-01-01,,,",
            "person_email",
            "Nobody here has this e-mail address.",
        ),
        ("participation,,Harbor House,,,2024-01-01,2023-01-01,,", "ends_on", "The last day comes before the first."),
        (
            "participation,,Harbor House,,2999-01-01,2024-01-01,,,",
            "signed_on",
            "The day of signing lies ahead, or after the last day.",
        ),
        ("participation,,Harbor House,,,someday,,,", "effective_on", "This is not a day."),
        ("participation,,Harbor House,,,,,,", "effective_on", "The column effective_on is empty."),
        ("vendor,,Harbor House,,,2024-01-01,,,", "agency", "This agency does not have the role Vendor."),
    ],
)
def test_a_problem_names_its_row_and_column_and_never_the_value(ground, row, column, message):
    batch = read(ground["staff"], HEAD + "participation,,Harbor House,,,2024-01-01,,,\n" + row + "\n")
    assert batch.summary == {"added": 1, "same": 0, "left_out": 1}
    problem = ImportProblem.objects.get(batch=batch)
    assert (problem.line, problem.column, problem.message) == (3, column, message)
    assert problem.fix
    told = f"{problem.message} {problem.fix} {problem.value_kind}"
    assert not any(value in told for value in ("nobody@example.org", "Nowhere", "XX-999", "someday"))


def test_a_file_with_problems_is_loaded_only_when_somebody_says_so(ground):
    text = AGREEMENTS + "participation,,Nowhere,,,2024-01-01,,,\n"
    with pytest.raises(DomainError, match="1 row has problems"):
        load(ground["staff"], text)
    assert Agreement.objects.count() == 0
    load(ground["staff"], text, leave_out=True)
    assert Agreement.objects.count() == 3


def test_rows_that_have_problems_by_the_time_of_loading_are_shown_and_not_dropped(client, ground, agency):
    """The agency is renamed between the look and the loading: nothing is loaded, and the page says which rows and why."""
    batch = read(ground["staff"], AGREEMENTS)
    type(agency).objects.filter(pk=agency.pk).update(name="Elsewhere")
    batch = operations.apply_sheet(batch_id=batch.pk, by=ground["staff"])
    assert (batch.state, batch.summary["left_out"]) == ("previewed", 2)
    assert not Agreement.objects.exists()
    assert ImportProblem.objects.filter(batch=batch).count() == 2
    client.force_login(ground["staff"])
    address = reverse("opening:sheet-detail", kwargs={"slug": "north", "pk": batch.pk})
    assert operations.CHANGED in client.get(address).content.decode()
    with pytest.raises(DomainError, match="2 rows have problems"):
        operations.apply_sheet(batch_id=batch.pk, by=ground["staff"])
    batch = operations.apply_sheet(batch_id=batch.pk, by=ground["staff"], leave_out=True)
    assert (batch.state, Agreement.objects.count()) == ("applied", 1)
    assert ImportProblem.objects.filter(batch=batch).count() == 2, "what was left out stays listed"


def test_a_file_without_a_needed_column_or_without_rows_is_refused(ground):
    with pytest.raises(RefusedFile, match="lacks the column effective_on"):
        read(ground["staff"], "type,agency\nparticipation,Harbor House\n")
    with pytest.raises(RefusedFile, match="no rows"):
        read(ground["staff"], HEAD)


@pytest.mark.parametrize("who", ["cho_lead", "end_user", "auditor", "coc_staff", "outsider"])
def test_only_who_may_import_and_record_may_load(ground, who):
    with pytest.raises(PermissionDenied):
        read(ground[who], AGREEMENTS)


def test_dates_that_can_be_read_two_ways_are_flagged_and_kept(ground):
    batch = read(ground["staff"], HEAD + "participation,,Harbor House,,,03/04/2024,,,\n")
    assert batch.summary["added"] == 1
    assert "two ways" in ImportProblem.objects.get().message
    operations.apply_sheet(batch_id=batch.pk, by=ground["staff"])
    assert Agreement.objects.get().effective_on.isoformat() == "2024-03-04"


def test_an_excel_file_is_read_as_well(ground):
    book = openpyxl.Workbook()
    book.active.append(["Type", "Agency", "Effective on"])
    book.active.append(["participation", "Harbor House", "2024-01-01"])
    data = io.BytesIO()
    book.save(data)
    file = SimpleUploadedFile("old.xlsx", data.getvalue())
    batch = operations.read_sheet(kind="agreements", file=file, carried_over=True, by=ground["staff"], inline=True)
    assert batch.summary["added"] == 1


TRAINING = (
    "email,record,course,completed_on,score\n"
    "End_User@example.org,,hmis basics,2026-01-10,92\n"
    "end_user@example.org,certification,,2026-01-11,\n"
    "end_user@example.org,training,CODE-7,2026-01-12,\n"
)


@pytest.fixture
def courses(tenant):
    return CourseFactory(title="HMIS  basics".replace("  ", " ")), CourseFactory(
        title="Privacy", external_code="code-7"
    )


def test_trainings_and_certifications_come_in_one_file(ground, courses):
    load(ground["staff"], TRAINING, "completions")
    person = ground["end_user"].people.get()
    assert set(Completion.objects.values_list("course", "person", "completed_on__day", "source", "carried_over")) == {
        (courses[0].pk, person.pk, 10, "csv", True),
        (courses[1].pk, person.pk, 12, "csv", True),
    }
    assert SecurityCertification.objects.get().carried_over
    assert read(ground["staff"], TRAINING, "completions").summary == {"added": 0, "same": 3, "left_out": 0}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("nobody@example.org,,HMIS basics,2026-01-10,", "email"),
        ("end_user@example.org,,Unknown course,2026-01-10,", "course"),
        ("end_user@example.org,,HMIS basics,2999-01-10,", "completed_on"),
        ("end_user@example.org,,HMIS basics,2026-01-10,120", "score"),
        ("end_user@example.org,diploma,HMIS basics,2026-01-10,", "record"),
    ],
)
def test_a_problem_in_a_training_file_names_its_column(ground, courses, row, column):
    read(ground["staff"], "email,record,course,completed_on,score\n" + row + "\n", "completions")
    assert ImportProblem.objects.get().column == column


def many(count):
    """A file with one completion for each of so many new people."""
    people = [
        factories.models.Person(first_name="P", last_name=f"N{n}", email=f"many{n}@example.org") for n in range(count)
    ]
    factories.models.Person.objects.bulk_create(people)
    agency = factories.OrganizationFactory()
    factories.models.License.objects.bulk_create(
        [
            factories.models.License(
                person=person,
                organization=agency,
                state="active",
                requested_on=factories.LONG_AGO,
                activated_on=factories.LONG_AGO,
            )
            for person in people
        ]
    )
    rows = "".join(f"{person.email},,HMIS basics,2026-01-10,\n" for person in people)
    return "email,record,course,completed_on,score\n" + rows


def test_more_than_200_rows_are_loaded_by_a_job_once_and_in_few_queries(ground, courses):
    batch = read(ground["staff"], many(900), "completions")
    operations.apply_sheet(batch_id=batch.pk, by=ground["staff"])
    assert Completion.objects.count() == 0
    job = Job.objects.get(subject_id=batch.pk)
    with CaptureQueriesContext(connection) as queries:
        assert jobs.HANDLERS[job.kind].step(job.subject_id) is False
    assert len(queries) < 50  # none of them per row: that is what makes 900 rows a matter of seconds
    batch.refresh_from_db()
    assert (batch.state, Completion.objects.count()) == ("applied", 900)
    jobs.HANDLERS[job.kind].step(job.subject_id)
    assert Completion.objects.count() == 900


def upload(client, text, kind="agreements"):
    """Send a file by the page, and give the address it leads to and its import."""
    address = reverse("opening:sheet-upload", kwargs={"slug": "north", "kind": kind})
    answer = client.post(address, {"file": sheet(text), "carried_over": "on"})
    assert answer.status_code == 302, answer.content
    return answer["Location"], ImportBatch.objects.latest("created_at")


def run(batch):
    """What a worker does with the newest job of an import."""
    job = Job.objects.filter(subject_id=batch.pk).latest("created_at")
    assert jobs.HANDLERS[job.kind].step(batch.pk) is False
    batch.refresh_from_db()


def test_a_worker_reads_and_loads_the_file_and_the_page_says_how_far_it_is(client, ground, courses, monkeypatch):
    monkeypatch.setattr(progress, "PAUSE", 0)
    client.force_login(ground["staff"])
    page, batch = upload(client, many(600), "completions")
    assert (batch.state, batch.summary) == ("reading", {})
    assert "It begins in a moment. You can leave this page" in client.get(page).content.decode()
    bar = reverse("directory:import-progress", kwargs={"slug": "north", "pk": batch.pk})
    seen = looked_on(monkeypatch, client, bar)
    run(batch)
    assert seen == [
        ("0 of 4", "Reading the file. "),
        ("1 of 4", "Checking the rows. "),
        ("1 of 4", "Checking the rows, 0 of 600. "),
        ("1 of 4", "Checking the rows, 500 of 600. "),
        ("2 of 4", "Comparing with what is on record. "),
        ("2 of 4", "Comparing with what is on record, 0 of 600. "),
        ("2 of 4", "Comparing with what is on record, 500 of 600. "),
        ("3 of 4", "Writing the preview. "),
    ]
    assert (batch.state, batch.summary["added"]) == ("previewed", 600)
    assert "Load 600 records" in client.get(page).content.decode()
    assert client.get(bar)["HX-Refresh"] == "true"
    seen.clear()
    operations.apply_sheet(batch_id=batch.pk, by=ground["staff"])
    run(batch)
    assert [each for each in seen if "," not in each[1]] == [
        ("0 of 5", "Reading the file. "),
        ("1 of 5", "Checking the rows. "),
        ("2 of 5", "Comparing with what is on record. "),
        ("3 of 5", "Writing the records. "),
        ("4 of 5", "Checking whoever they are about. "),
    ]
    assert (batch.state, Completion.objects.count()) == ("applied", 600)
    told = list(Notice.objects.filter(user=ground["staff"], type="import_finished").values_list("sentence", flat=True))
    assert sorted(told) == [
        f"Import {batch} is applied.",
        f"Import {batch} is read: look at its preview, then apply it.",
    ]


def looked_on(monkeypatch, client, bar):
    """What the progress bar shows each time that the worker tells something."""
    seen, note = [], progress._Teller.note

    def look(teller):
        note(teller)
        now = teller.progress
        if now.words:
            seen.append((f"{now.done} of {now.total}", f"{now.words}. "))
            shown = client.get(bar).content.decode()
            assert all(each in shown for each in seen[-1]), shown

    monkeypatch.setattr(progress._Teller, "note", look)
    return seen


def test_a_file_that_cannot_be_read_says_so_on_its_page_and_a_second_delivery_does_nothing(client, ground):
    client.force_login(ground["staff"])
    page, batch = upload(client, "type,agency\nparticipation,Harbor House\n")
    run(batch)
    assert batch.state == "refused"
    shown = client.get(page).content.decode()
    assert "The file lacks the column effective_on" in shown
    assert "Upload another file" in shown
    _, good = upload(client, AGREEMENTS)
    run(good)
    before = ImportBatch.objects.get(pk=good.pk).updated_at
    run(good)
    assert (good.state, good.updated_at) == ("previewed", before)


def test_who_may_no_longer_load_when_the_worker_comes_gets_no_preview(client, ground):
    client.force_login(ground["staff"])
    _, batch = upload(client, AGREEMENTS)
    access.revoke_role(grant_id=ground["staff"].role_grants.get().pk, by=ROBOT)
    run(batch)
    assert (batch.state, batch.summary) == ("refused", {})
    assert "right to import data" in batch.refusal


def test_a_job_that_is_given_up_says_so(ground, courses):
    batch = read(ground["staff"], many(201), "completions")
    operations.apply_sheet(batch_id=batch.pk, by=ground["staff"])
    operations.fail_job(batch.pk, "The database was away.")
    batch.refresh_from_db()
    assert (batch.state, batch.refusal, Completion.objects.count()) == ("refused", "The database was away.", 0)


def test_a_file_is_loaded_once_and_a_discarded_one_never(ground):
    batch = load(ground["staff"], AGREEMENTS)
    with pytest.raises(DomainError, match="cannot be loaded again"):
        operations.apply_sheet(batch_id=batch.pk, by=ground["staff"])
    with pytest.raises(DomainError, match="cannot be discarded"):
        operations.discard_sheet(batch_id=batch.pk, by=ground["staff"])
    other = operations.discard_sheet(batch_id=read(ground["staff"], AGREEMENTS).pk, by=ground["staff"])
    with pytest.raises(DomainError, match="cannot be loaded again"):
        operations.apply_sheet(batch_id=other.pk, by=ground["staff"])
