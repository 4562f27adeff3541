"""The import pages and endpoints: from upload to apply, and what each kind of person meets there."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.directory.imports import operations
from hmislead.directory.models import ImportBatch, License, Organization, Person, RosterMapping
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from tests import factories
from tests.directory import hmis_samples
from tests.directory.import_samples import HEADER, applied, apply_roster, read_roster, roster_batch, uploaded
from tests.directory.license_samples import license_at


@pytest.fixture
def lead(client, people):
    """A browser signed in as Lead staff."""
    client.force_login(people["staff"])
    return client


def url(name, **kwargs):
    return reverse(f"directory:{name}", kwargs={"slug": "north", **kwargs})


def export_file(made=None):
    return SimpleUploadedFile("export.zip", hmis_samples.export_zip(made).getvalue(), "application/zip")


def roster_file(*rows):
    return SimpleUploadedFile("roster.csv", (HEADER + "\n".join(rows)).encode(), "text/csv")


def read(batch):
    operations.read_step(batch.pk)
    batch.refresh_from_db()
    return batch


def test_an_export_from_upload_to_apply(lead):
    page = lead.post(url("import-upload"), {"kind": "hmis_csv", "file": export_file()})
    batch = ImportBatch.objects.get()
    assert page.headers["Location"] == url("import-detail", pk=batch.pk)
    shown = lead.get(url("import-detail", pk=batch.pk)).content.decode()
    assert "Reading" in shown
    assert url("import-progress", pk=batch.pk) in shown
    assert "HX-Refresh" not in lead.get(url("import-progress", pk=batch.pk)).headers
    read(batch)
    assert lead.get(url("import-progress", pk=batch.pk)).headers["HX-Refresh"] == "true"
    shown = lead.get(url("import-detail", pk=batch.pk)).content.decode()
    assert "Nothing is written yet" in shown
    assert "Shelter 1" in shown
    assert "was " not in shown.split("Before and after")[1]  # nothing was before
    lead.post(url("import-apply", pk=batch.pk))
    operations.apply_step(batch.pk)
    shown = lead.get(url("import-detail", pk=batch.pk)).content.decode()
    agency = Organization.objects.get(name__startswith='Harbor "Light')
    assert agency.get_absolute_url() in shown
    assert lead.get(url("import-list")).status_code == 200


def test_a_hostile_file_is_answered_with_422_and_leaves_nothing(lead):
    bad = SimpleUploadedFile("export.zip", hmis_samples.zip_of({"../Export.csv": b"x"}).getvalue(), "application/zip")
    page = lead.post(url("import-upload"), {"kind": "hmis_csv", "file": bad})
    assert page.status_code == 422
    assert not ImportBatch.objects.exists()
    assert lead.post(url("import-upload"), {"kind": "hmis_csv"}).status_code == 422


def test_problems_are_listed_without_their_values(lead):
    made = hmis_samples.export(1)
    made["Project"][0]["ProjectType"] = "777"
    batch = uploaded(made)
    shown = lead.get(url("import-problems", pk=batch.pk)).content.decode()
    assert "ProjectType" in shown
    assert "777" not in shown


def test_a_match_can_be_refused_on_the_page(lead):
    factories.OrganizationFactory(name='Harbor "Light" Home, Inc.')
    batch = uploaded(hmis_samples.export(1))
    change = batch.importchanges.get(table="Organization")
    shown = lead.get(url("import-detail", pk=batch.pk)).content.decode()
    assert "Taken for the one of the same name here" in shown
    apart = url("import-keep-apart", pk=batch.pk, change=change.pk)
    assert apart in shown
    lead.post(apart)
    assert read(batch).importchanges.get(table="Organization").action == "add"


def test_people_are_added_one_by_one_or_all(lead):
    made = hmis_samples.export(1)
    made["User"].append(
        hmis_samples.row("User", UserID="U2", UserFirstName="Al", UserLastName="Ode", UserEmail="al@example.org")
    )
    batch = applied(made)
    before = Person.objects.count()
    change = batch.importchanges.filter(action="propose").first()
    lead.post(url("import-accept-people", pk=batch.pk), {"change": str(change.pk)})
    assert Person.objects.count() == before + 1
    lead.post(url("import-accept-people", pk=batch.pk))
    assert Person.objects.count() == before + 2
    assert lead.post(url("import-accept-people", pk=batch.pk), {"change": "x"}).status_code == 404


def test_a_roster_from_upload_through_its_columns_to_apply(lead, agency):
    license = factories.LicenseFactory(organization=agency)
    row = f"{license.person.email},u1,Pat,Person,Harbor House,Enabled,,"
    lead.post(url("import-upload"), {"kind": "roster", "file": roster_file(row)})
    batch = ImportBatch.objects.get()
    detail = lead.get(url("import-detail", pk=batch.pk))
    assert detail.headers["Location"] == url("roster-mapping", pk=batch.pk)
    form = lead.get(url("roster-mapping", pk=batch.pk)).context["form"]
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    assert sent["email"] == "E-mail"
    sent = {name: value for name, value in sent.items() if value not in (None, False)} | {"name": "Vendor"}
    undecided = lead.post(url("roster-mapping", pk=batch.pk), sent)
    assert (undecided.status_code, list(undecided.context["form"].errors)) == (422, ["complete"])
    sent["complete"] = "everybody"
    assert lead.post(url("roster-mapping", pk=batch.pk), {**sent, "email": "", "username": ""}).status_code == 422
    answer = lead.post(url("roster-mapping", pk=batch.pk), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert RosterMapping.objects.get().name == "Vendor"
    assert read(batch).state == "previewed"
    lead.post(url("import-apply", pk=batch.pk))
    operations.apply_step(batch.pk)
    license.refresh_from_db()
    assert license.account_state == "active"


def test_a_short_list_taken_for_everybody_is_warned_of_and_can_be_called_a_part(lead, agency):
    for _ in range(4):
        license_at(agency)
    batch = read_roster(["x@example.org,,X,Y,Harbor House,Active,,"], factories.TODAY.replace(day=1))
    shown = lead.get(url("import-detail", pk=batch.pk)).content.decode()
    assert batch.summary["missing"] == batch.summary["known"] >= 4
    assert batch.summary["warning"] in shown
    assert url("roster-mapping", pk=batch.pk) in shown
    form = lead.get(url("roster-mapping", pk=batch.pk)).context["form"]
    assert form.get_initial_for_field(form.fields["complete"], "complete") == "everybody"


def test_looking_at_the_columns_again_changes_nothing(lead, agency):
    batch = roster_batch(["x@example.org,,X,Y,Harbor House,Active,,"])
    lead.get(url("roster-mapping", pk=batch.pk))
    batch.refresh_from_db()
    assert batch.state == "mapping"


def test_names_can_be_matched_now_or_later(lead, agency):
    row = "x@example.org,,X,Y,HH Inc.,Active,,"
    other = "y@example.org,,X,Y,Somewhere,Active,,"
    batch = read_roster([row, other], factories.TODAY.replace(day=1))
    assert "2 agency names are" in lead.get(url("import-detail", pk=batch.pk)).content.decode()
    lead.post(url("roster-names", pk=batch.pk), {"name_0": str(agency.pk), "name_1": "later"})
    assert read(batch).summary["unmatched"] == {"Somewhere": 1}


def test_an_unknown_account_is_made_known_on_the_page(lead, agency):
    batch = apply_roster(["x@example.org,,Xena,Young,Harbor House,Active,,"], factories.TODAY.replace(day=1))
    change = batch.importchanges.get(action="propose")
    accept = url("import-accept-account", pk=batch.pk, change=change.pk)
    assert accept in lead.get(url("import-detail", pk=batch.pk)).content.decode()
    license = License.objects.filter(person__first_name="Xena")
    assert not license.exists()
    assert lead.post(accept).headers["Location"] == license.get().get_absolute_url()


def test_a_batch_of_another_kind_is_shown_on_its_own_page(lead, people):
    stored = uploaded(hmis_samples.export(1)).file
    other = ImportBatch.objects.create(number=900, kind="agreements", state="previewed", file=stored)
    page = lead.get(url("import-detail", pk=other.pk))
    assert page.headers["Location"] == reverse("opening:sheet-detail", kwargs={"slug": "north", "pk": other.pk})


@pytest.mark.parametrize("who", ["cho_lead", "coc_staff", "auditor", "end_user", "security_officer", "neighbour_lead"])
def test_nobody_else_meets_an_import(client, people, who):
    batch = uploaded(hmis_samples.export(1))
    client.force_login(people[who])
    for name in ("import-list", "import-upload"):
        assert client.get(url(name)).status_code == 403
    for name in ("import-detail", "import-problems", "import-progress"):
        assert client.get(url(name, pk=batch.pk)).status_code in (403, 404)
    for name in ("import-apply", "import-discard", "import-accept-people"):
        assert client.post(url(name, pk=batch.pk)).status_code in (403, 404)
    batch.refresh_from_db()
    assert batch.state == "previewed"
    assert client.get(f"/api/v1/i/north/imports/{batch.pk}/").status_code in (403, 404)


def test_another_implementations_import_does_not_exist(client, people, other_implementation):
    batch = uploaded(hmis_samples.export(1))
    client.force_login(people["staff"])
    elsewhere = reverse("directory:import-detail", kwargs={"slug": "south", "pk": batch.pk})
    assert client.get(elsewhere).status_code == 404


# The API


def api(path=""):
    return f"/api/v1/i/north/imports/{path}"


def test_an_export_by_the_api(lead):
    made = lead.post(api(), {"kind": "hmis_csv", "file": export_file()})
    assert made.status_code == 201
    batch = read(ImportBatch.objects.get(pk=made.json()["id"]))
    changes = lead.get(f"/api/v1/i/north/import-changes/?batch={batch.pk}&table=Project").json()["results"]
    assert {change["label"] for change in changes} == {"Shelter 1", "Shelter 2"}
    assert lead.post(api(f"{batch.pk}/apply/")).json()["state"] == "applying"
    operations.apply_step(batch.pk)
    assert lead.get(api(f"{batch.pk}/")).json()["state"] == "applied"
    assert lead.post(api(f"{batch.pk}/apply/")).status_code == 409


def test_a_hostile_file_by_the_api(lead):
    bad = SimpleUploadedFile("export.zip", b"PK\x03\x04 no", "application/zip")
    answer = lead.post(api(), {"kind": "hmis_csv", "file": bad})
    assert answer.status_code == 422
    assert "zip" in answer.json()["detail"]
    assert not ImportBatch.objects.exists()


def test_a_roster_by_the_api(lead, agency):
    made = lead.post(api(), {"kind": "roster", "file": roster_file("x@example.org,,X,Y,Harbor House,Active,,")})
    batch = made.json()["id"]
    columns = {"facts_on": str(factories.TODAY.replace(day=1)), "columns": {"email": "E-mail"}}
    undecided = lead.post(api(f"{batch}/columns/"), columns, content_type="application/json")
    assert (undecided.status_code, "complete" in str(undecided.json())) == (400, True)
    columns["complete"] = False
    answer = lead.post(api(f"{batch}/columns/"), columns, content_type="application/json")
    assert answer.json()["state"] == "reading"
    assert read(ImportBatch.objects.get(pk=batch)).summary["unknown"] == 1


def post(client, path, body):
    return client.post(f"/api/v1/i/north/{path}", body, content_type="application/json")


def test_what_people_decide_about_an_import_can_be_decided_by_the_api(lead, agency):
    factories.OrganizationFactory(name='Harbor "Light" Home, Inc.')
    batch = uploaded(hmis_samples.export(1))
    change = batch.importchanges.get(table="Organization")
    assert post(lead, f"imports/{batch.pk}/apart/", {"change": str(change.pk)}).json()["state"] == "reading"
    read(batch)
    operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert Organization.objects.filter(name__startswith="Harbor").count() == 3
    assert post(lead, f"imports/{batch.pk}/people/", {}).json() == {"added": 1}
    day = factories.TODAY.replace(day=1)
    roster = read_roster(["x@example.org,,Xena,Young,HH Inc.,Active,,"], day)
    answer = post(lead, f"imports/{roster.pk}/agencies/", {"names": {"HH Inc.": str(agency.pk)}})
    assert answer.json()["state"] == "reading"
    read(roster)
    operations.apply_import(batch_id=roster.pk, by=ROBOT, inline=True)
    stranger = roster.importchanges.get(action="propose")
    answer = post(lead, f"import-changes/{stranger.pk}/accept/", {})
    assert answer.status_code == 201
    assert License.objects.get(pk=answer.json()["license"]).organization == agency
    assert post(lead, f"import-changes/{stranger.pk}/accept/", {}).status_code == 409


def test_the_jobs_read_and_apply(lead):
    lead.post(url("import-upload"), {"kind": "hmis_csv", "file": export_file()})
    batch = ImportBatch.objects.get()
    assert jobs.run(Job.objects.get(subject_id=batch.pk).pk)
    batch.refresh_from_db()
    assert batch.state == "previewed"
    lead.post(url("import-apply", pk=batch.pk))
    assert jobs.run(Job.objects.get(subject_id=batch.pk, state="waiting").pk)
    batch.refresh_from_db()
    assert (batch.state, Organization.objects.filter(name__startswith="Harbor").count()) == ("applied", 2)


def test_a_job_that_is_given_up_leaves_a_sentence_and_the_way_back(tenant):
    batch = uploaded(hmis_samples.export(1))
    ImportBatch.objects.update(state="applying")
    operations.give_up(batch.pk, "It did not work.")
    batch.refresh_from_db()
    assert (batch.state, batch.options["note"]) == ("previewed", "It did not work.")


def test_the_command_shows_and_applies(tenant, tmp_path):
    factories.CoCFactory(number="OH-504")
    file = tmp_path / "export.zip"
    file.write_bytes(hmis_samples.export_zip().getvalue())
    out = io.StringIO()
    call_command("import_hmis_csv", str(file), "--implementation", "north", "--dry-run", stdout=out)
    assert "Projects: 2 to add" in out.getvalue()
    assert not ImportBatch.objects.exists()
    assert not Organization.objects.exists()
    call_command("import_hmis_csv", str(file), "--implementation", "north", stdout=out)
    assert "Applied as I-1" in out.getvalue()
    assert Organization.objects.count() == 1
    file.write_bytes(b"nothing")
    with pytest.raises(CommandError, match="zip"):
        call_command("import_hmis_csv", str(file), "--implementation", "north", stdout=out)
    with pytest.raises(CommandError, match="no implementation"):
        call_command("import_hmis_csv", str(file), "--implementation", "nowhere", stdout=out)
