"""The pages of agencies, CoCs, projects and merges: each opens for whom it is meant, does what it says, in few queries."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.directory.models import CoC, Contact, Merge, Organization, Project
from hmislead.directory.operations import cocs, contacts, merges, projects
from tests import factories
from tests.files.samples import pdf

# Those of whom it depends on the thing; that the rest are refused, tests/test_every_page.py asks.
ACTORS = ("staff", "coc_staff", "cho_lead", "security_officer", "neighbour_lead", "auditor")
LEAD = {"staff"}
DECIDE = {"staff", "coc_staff"}
READERS = {"staff", "coc_staff", "cho_lead", "security_officer", "auditor"}
DIRECTORY = READERS | {"neighbour_lead"}
DAY = dt.date(2026, 1, 5)


def url(name, **kwargs):
    return reverse(f"directory:{name}", kwargs={"slug": "north", **kwargs})


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def things(agency, coc, people):
    """One of everything, at `agency` and in `coc`."""
    Organization.objects.filter(pk=agency.pk).update(is_vsp=True)
    contact = factories.ContactFactory(organization=agency)
    sign = {"person_id": contact.person_id, "title": "Chair", "basis": "By-laws", "by": ROBOT}
    project = projects.add_project(
        organization_id=agency.pk, name="Nights", project_type=1, operating_from=DAY, by=ROBOT
    )
    services = factories.ProjectFactory(organization=agency, name="Days", project_type=6)
    housing = factories.ProjectFactory(organization=agency, name="Homes", project_type=3)
    parts = {
        "location": {"coc_code": coc.number},
        "funder": {"funder": 2},
        "inventory": {"household_type": 1, "beds": 20, "units": 20},
        "hmis": {"kind": 1, "starts_on": DAY},
        "ce": {"is_access_point": True},
        "affiliation": {"residential_project_id": housing.pk},
    }
    body = cocs.add_body(coc_id=coc.pk, name="Board", by=ROBOT)
    return {
        "agency": agency,
        "coc": coc,
        "contact": contact,
        "role": agency.roles.get(),
        "participation": agency.participations.get(),
        "signatory": contacts.add_signatory(organization_id=agency.pk, **sign),
        "coc signatory": contacts.add_signatory(coc_id=coc.pk, **sign),
        "project": project,
        "body": body,
        "member": cocs.seat_member(body_id=body.pk, person_id=contact.person_id, by=ROBOT),
        "designation": cocs.designate(
            coc_id=coc.pk, kind="lead", organization_id=agency.pk, decided_on=DAY, minutes=pdf(), by=ROBOT
        ),
        **{
            name: projects.add_part(
                project_id=services.pk if name == "affiliation" else project.pk, part=name, by=ROBOT, **values
            )
            for name, values in parts.items()
        },
    }


# page: (thing it is about, who may open it)
PAGES = {
    "organization-list": ("", DIRECTORY),
    "organization-add": ("", LEAD),
    "organization-detail": ("agency", READERS),
    "organization-edit": ("agency", LEAD),
    "organization-close": ("agency", LEAD),
    "organization-reopen": ("agency", LEAD),
    "organization-access-only": ("agency", LEAD),
    "organization-projects": ("agency", READERS),
    "organization-contacts": ("agency", READERS),
    "organization-history": ("agency", READERS),
    "organization-merge": ("agency", LEAD),
    "role-add": ("agency", LEAD),
    "role-end": ("role", LEAD),
    "participation-add": ("agency", LEAD),
    "participation-end": ("participation", LEAD),
    "attestation-add": ("agency", LEAD),
    "contact-add": ("agency", LEAD | {"cho_lead"}),
    "contact-end": ("contact", LEAD | {"cho_lead"}),
    "signatory-add": ("agency", LEAD),
    "signatory-end": ("signatory", LEAD),
    "coc-list": ("", DIRECTORY),
    "coc-add": ("", LEAD),
    "coc-detail": ("coc", READERS),
    "coc-edit": ("coc", LEAD),
    "coc-history": ("coc", READERS),
    "coc-signatory-add": ("coc", DECIDE),
    "body-add": ("coc", DECIDE),
    "body-edit": ("body", DECIDE),
    "member-add": ("body", DECIDE),
    "member-end": ("member", DECIDE),
    "designation-add": ("coc", DECIDE),
    "designation-end": ("designation", DECIDE),
    "designation-minutes": ("designation", DECIDE),
    "project-list": ("", DIRECTORY),
    "project-add": ("", LEAD),
    "project-detail": ("project", READERS),
    "project-edit": ("project", LEAD),
    "project-end": ("project", LEAD),
    "project-history": ("project", READERS),
    **{f"{part}-add": ("project", LEAD) for part in projects.PARTS},
    **{f"{part}-edit": (part, LEAD) for part in projects.PARTS},
}


@pytest.mark.slow
def test_each_page_opens_for_whom_it_is_meant(client, things, people):
    for actor in ACTORS:
        client.force_login(people[actor])
        for name, (thing, readers) in PAGES.items():
            found = client.get(url(name, **({"pk": things[thing].pk} if thing else {}))).status_code
            assert (found == 200) is (actor in readers), f"{actor} got {found} on {name}"
            assert found in {200, 403, 404}


def test_coc_signatory_is_ended_by_coc_staff(client, things, people):
    client.force_login(people["coc_staff"])
    assert client.get(url("signatory-end", pk=things["coc signatory"].pk)).status_code == 200
    assert client.get(url("signatory-end", pk=things["signatory"].pk)).status_code == 403


def send(client, name, data=None, **kwargs):
    return client.post(url(name, **kwargs), data or {})


@pytest.fixture
def staff(client, people):
    client.force_login(people["staff"])
    return client


def test_an_agency_is_added_by_the_form(staff, coc):
    refused = send(staff, "organization-add", {"name": "", "roles": ["cho"], "effective_at": "2026-01-05"})
    assert refused.status_code == 422
    assert b'href="#id_name"' in refused.content  # the summary of errors leads to the field
    data = {"name": "Open Door", "roles": ["cho"], "cocs": [coc.pk], "effective_at": "2026-01-05"}
    sent = send(staff, "organization-add", data)
    added = Organization.objects.get(name="Open Door")
    assert (sent.status_code, sent["Location"]) == (302, added.get_absolute_url())
    assert added.participations.get().coc == coc


def test_what_an_operation_refuses_stands_at_the_form(staff, agency):
    refused = send(staff, "role-add", {"role": "cho", "effective_at": "2026-01-05"}, pk=agency.pk)
    assert refused.status_code == 422
    assert b"The organization has this role already." in refused.content
    factories.LicenseFactory(organization=agency)
    closing = send(staff, "organization-close", {"effective_at": "2026-01-05"}, pk=agency.pk)
    assert closing.status_code == 422
    assert b"still open here" in closing.content


def test_emptying_a_field_is_a_change(staff, agency, things):
    data = {"name": "Harbor Home", "phone": "", "website": ""}
    Organization.objects.filter(pk=agency.pk).update(phone="555-0100")
    assert send(staff, "organization-edit", data, pk=agency.pk).status_code == 302
    agency.refresh_from_db()
    assert (agency.name, agency.phone, agency.is_vsp) == ("Harbor Home", "", False)
    project = things["project"]
    sent = send(staff, "project-edit", {"name": "Nights", "project_type": "1", "operating_from": ""}, pk=project.pk)
    assert sent.status_code == 302
    project.refresh_from_db()
    assert project.operating_from is None


def test_contacts_are_reaffirmed_one_by_one_and_all_at_once(client, things, people):
    client.force_login(people["cho_lead"])
    old = {"affirmed_on": dt.date(2024, 1, 1)}
    Contact.objects.update(**old)
    assert send(client, "contact-affirm", pk=things["contact"].pk).status_code == 302
    assert not Contact.objects.filter(**old).exists()
    Contact.objects.update(**old)
    assert send(client, "contacts-affirm-all", pk=things["agency"].pk).status_code == 302
    assert not Contact.objects.filter(**old).exists()
    client.force_login(people["security_officer"])
    assert send(client, "contact-affirm", pk=things["contact"].pk).status_code == 403


def test_the_minutes_can_be_opened_from_the_page(client, things, people):
    client.force_login(people["coc_staff"])
    page = client.get(url("coc-detail", pk=things["coc"].pk)).content.decode()
    address = reverse("files:file-download", kwargs={"slug": "north", "pk": things["designation"].minutes_id})
    assert address in page
    assert client.get(address).status_code == 200


def test_parts_of_a_project_are_added_changed_and_taken_out(staff, things):
    project = things["project"]
    overlap = send(staff, "hmis-add", {"kind": "2", "starts_on": "2026-02-01"}, pk=project.pk)
    assert overlap.status_code == 422
    assert b"overlaps a period" in overlap.content
    changed = send(
        staff, "hmis-edit", {"kind": "1", "starts_on": "2026-01-05", "ends_on": "2026-01-31"}, pk=things["hmis"].pk
    )
    assert changed.status_code == 302
    assert send(staff, "hmis-add", {"kind": "2", "starts_on": "2026-02-01"}, pk=project.pk).status_code == 302
    assert send(staff, "funder-remove", pk=things["funder"].pk).status_code == 302
    page = staff.get(project.get_absolute_url()).content.decode()
    assert "Comparable database participating" in page
    assert "No funder is recorded." in page


def test_merging_by_page_shows_first_then_does_then_undoes(staff, things, neighbour):
    agency = things["agency"]
    choose = send(staff, "organization-merge", {"other": neighbour.pk, "keep": "this"}, pk=agency.pk)
    assert choose["Location"] == url("organization-merge-preview", pk=agency.pk, gone=neighbour.pk)
    preview = staff.get(choose["Location"]).content.decode()
    assert "Nothing has changed yet" in preview
    assert not Merge.objects.exists()
    assert staff.post(choose["Location"])["Location"] == agency.get_absolute_url()
    page = staff.get(neighbour.get_absolute_url()).content.decode()
    assert "Merged into Harbor House" in page
    record = Merge.objects.get()
    assert merges.can_undo(record)
    assert send(staff, "merge-undo", pk=record.pk).status_code == 302
    assert "Merged into" not in staff.get(neighbour.get_absolute_url()).content.decode()


def test_two_people_are_merged_by_page(staff, agency):
    gone, stays = factories.PersonFactory(), factories.PersonFactory()
    factories.LicenseFactory(person=gone, organization=agency)
    address = url("person-merge-preview", pk=stays.pk, gone=gone.pk)
    assert staff.get(address).status_code == 200
    assert staff.post(address)["Location"] == stays.get_absolute_url()
    assert stays.licenses.count() == 1


def rows_in(page):
    return page.content.decode().count('<tr role="row">') - 1


def test_lists_filter(staff, things, neighbour):
    for query, names in (
        ("role=cho", {"Harbor House", "Neighbor Services"}),
        (f"coc={things['coc'].pk}", {"Harbor House"}),
        ("is_vsp=true", {"Harbor House"}),
        ("q=neighbor", {"Neighbor Services"}),
        ("state=closed", set()),
    ):
        page = staff.get(f"{url('organization-list')}?{query}").content.decode()
        assert {name for name in ("Harbor House", "Neighbor Services") if f">{name}</a>" in page} == names, query
    for query, found in ((f"organization={neighbour.pk}", 0), ("project_type=1", 1), ("hmis=1", 1), ("hmis=2", 0)):
        page = staff.get(f"{url('project-list')}?{query}").content.decode()
        assert (">Nights</a>" in page) is bool(found), query


def test_what_one_may_not_see_is_not_counted(client, things, people):
    client.force_login(people["coc_staff"])
    page = client.get(url("organization-list")).content.decode()
    assert "Harbor House" in page
    assert "Neighbor Services" not in page
    assert "Licenses" not in page  # CoC staff see no licenses, so no column counts them


@pytest.mark.parametrize("name", ["organization-list", "project-list", "coc-list"])
def test_lists_cost_the_same_with_one_row_and_with_three(staff, things, name):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert staff.get(url(name)).status_code == 200
        return len(caught)

    queries()  # what a process asks once
    Project.objects.exclude(pk=things["project"].pk).delete()
    before = queries()
    for number in range(2):
        other = factories.OrganizationFactory()
        factories.OrganizationRoleFactory(organization=other)
        factories.ParticipationFactory(organization=other, coc=CoC.objects.first())
        factories.HMISParticipationFactory(project=factories.ProjectFactory(organization=other))
        factories.CoCFactory(number=f"OH-60{number}")
    assert queries() == before


def test_an_export_holds_what_the_list_shows(staff, things):
    rows = staff.get(f"{url('project-list')}?export=csv").content.decode("utf-8-sig").splitlines()
    assert rows[0].split(",")[:3] == ["Project", "Agency", "Type"]
    # The order of the list: by name.
    assert [row.split(",")[0] for row in rows[1:]] == ["Days", "Homes", "Nights"]
    assert rows[3].startswith("Nights,Harbor House,")
