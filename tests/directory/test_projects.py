"""Projects by hand: HUD's codes, dates in order, one HMIS participation on each day."""

import datetime as dt
from contextlib import nullcontext

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from hmislead.access.scopes import ROBOT
from hmislead.directory.operations import organizations, projects
from hmislead.errors import DomainError
from tests import factories

JAN, JUNE, DEC = dt.date(2025, 1, 1), dt.date(2025, 6, 30), dt.date(2025, 12, 31)


@pytest.fixture
def project(agency):
    return projects.add_project(
        organization_id=agency.pk, name="Harbor Nights", project_type=1, operating_from=JAN, by=ROBOT
    )


def part(project, name, **values):
    return projects.add_part(project_id=project.pk, part=name, by=ROBOT, **values)


def test_a_project_needs_a_code_of_huds_list_and_dates_in_order(agency, project):
    wanted = {"organization_id": agency.pk, "name": "Odd", "by": ROBOT}
    with pytest.raises(ValidationError, match="no code of HUD"):
        projects.add_project(**wanted, project_type=77)
    with pytest.raises(ValidationError, match="before it starts"):
        projects.add_project(**wanted, project_type=1, operating_from=DEC, operating_until=JAN)
    with pytest.raises(ValidationError, match="before it starts"):
        projects.change_project(project_id=project.pk, operating_until=JAN - dt.timedelta(days=1), by=ROBOT)
    with pytest.raises(ValidationError, match="nothing that can be changed"):
        projects.change_project(project_id=project.pk, organization=agency, by=ROBOT)


def test_a_project_is_not_added_to_an_agency_that_closed(neighbour):
    organizations.close_organization(organization_id=neighbour.pk, by=ROBOT)
    with pytest.raises(DomainError, match="does not stand"):
        projects.add_project(organization_id=neighbour.pk, name="Late", project_type=1, by=ROBOT)


def test_a_project_ends_once(project):
    assert projects.end_project(project_id=project.pk, by=ROBOT, effective_at=DEC).operating_until == DEC
    with pytest.raises(DomainError, match="last day of operation already"):
        projects.end_project(project_id=project.pk, by=ROBOT)


@pytest.mark.parametrize(
    ("starts", "ends", "clashes"),
    [
        (None, JAN - dt.timedelta(days=1), False),
        (None, JAN, True),
        (JUNE, None, True),
        (JUNE + dt.timedelta(days=1), None, False),
        (None, None, True),
    ],
)
def test_one_hmis_participation_on_each_day(project, starts, ends, clashes):
    part(project, "hmis", kind=1, starts_on=JAN, ends_on=JUNE)
    if clashes:
        with pytest.raises(DomainError, match="overlaps a period"):
            part(project, "hmis", kind=2, starts_on=starts, ends_on=ends)
    else:
        part(project, "hmis", kind=2, starts_on=starts, ends_on=ends)


def test_a_period_is_changed_without_clashing_with_itself_or_keeping_a_refused_value(project):
    first = part(project, "hmis", kind=1, starts_on=JAN, ends_on=JUNE)
    part(project, "hmis", kind=2, starts_on=DEC)
    projects.change_part(part="hmis", part_id=first.pk, by=ROBOT, ends_on=DEC - dt.timedelta(days=1))
    with pytest.raises(DomainError, match="overlaps"):
        projects.change_part(part="hmis", part_id=first.pk, by=ROBOT, ends_on=DEC)
    first.refresh_from_db()
    assert first.ends_on == DEC - dt.timedelta(days=1)


def test_a_removed_part_is_kept_and_no_longer_in_the_way(project):
    first = part(project, "hmis", kind=1, starts_on=JAN)
    projects.remove_part(part="hmis", part_id=first.pk, by=ROBOT)
    part(project, "hmis", kind=2, starts_on=JAN)
    assert project.hmis_participations.count() == 2
    with pytest.raises(DomainError, match="removed already"):
        projects.remove_part(part="hmis", part_id=first.pk, by=ROBOT)


def test_a_located_project_takes_its_agency_into_the_coc(neighbour):
    coc = factories.CoCFactory(number="OH-507")
    project = projects.add_project(
        organization_id=neighbour.pk, name="Shelter", project_type=0, operating_from=JAN, by=ROBOT
    )
    located = part(project, "location", coc_code="oh-507", city="Canton")
    assert (located.coc_code, located.coc_id) == ("OH-507", coc.pk)
    assert [(taken.coc_id, taken.starts_on) for taken in neighbour.participations.all()] == [(coc.pk, JAN)]
    part(project, "location", coc_code="OH-507")
    assert neighbour.participations.count() == 1


def test_funders_and_inventory_take_huds_codes(project):
    part(project, "funder", funder=2, grant_identifier="OH0001", starts_on=JAN)
    part(project, "inventory", household_type=1, beds=20, units=20, starts_on=JAN)
    for name, values in (("funder", {"funder": 999}), ("inventory", {"household_type": 999, "beds": 1, "units": 1})):
        with pytest.raises(ValidationError, match="no code of HUD"):
            part(project, name, **values)


def test_only_the_hmis_lead_keeps_projects(project, people):
    for name in ("cho_lead", "coc_staff", "auditor"):
        with pytest.raises((PermissionDenied, type(project).DoesNotExist)):
            projects.change_project(project_id=project.pk, name="Mine", by=people[name])
    projects.change_project(project_id=project.pk, name="Ours", by=people["staff"])


@pytest.fixture
def services(agency):
    return projects.add_project(organization_id=agency.pk, name="Harbor Days", project_type=6, by=ROBOT)


def test_a_services_only_project_is_affiliated_once_with_one_that_has_housing(project, services):
    tie = part(services, "affiliation", residential_project_id=project.pk)
    assert str(tie) == "Harbor Days serves Harbor Nights"
    with pytest.raises(DomainError, match="recorded already"):
        part(services, "affiliation", residential_project_id=project.pk)
    with pytest.raises(DomainError, match="without housing"):
        part(services, "affiliation", residential_project_id=services.pk)
    with pytest.raises(DomainError, match="services alone"):
        part(project, "affiliation", residential_project_id=project.pk)
    projects.remove_part(part="affiliation", part_id=tie.pk, by=ROBOT)
    assert part(services, "affiliation", residential_project_id=project.pk).pk != tie.pk


@pytest.mark.parametrize(("subtype", "serves", "houses"), [(1, True, False), (2, False, True), (None, False, False)])
def test_rapid_rehousing_is_one_or_the_other_by_its_subtype(agency, project, services, subtype, serves, houses):
    rehousing = projects.add_project(
        organization_id=agency.pk, name="Rehousing", project_type=13, rrh_subtype=subtype, by=ROBOT
    )
    for allowed, this, other in ((serves, rehousing, project), (houses, services, rehousing)):
        with nullcontext() if allowed else pytest.raises(DomainError):
            part(this, "affiliation", residential_project_id=other.pk)
        assert this.affiliations.filter(residential_project=other).exists() is allowed


def test_a_residential_project_out_of_sight_is_not_named(client, people, neighbour, services):
    """An agency sees its own services; the housing of the neighbour it does not."""
    housing = projects.add_project(organization_id=neighbour.pk, name="Far Homes", project_type=3, by=ROBOT)
    part(services, "affiliation", residential_project_id=housing.pk)
    for role, sees in (("staff", True), ("auditor", True), ("cho_lead", False)):
        client.force_login(people[role])
        for address in (services.get_absolute_url(), f"{services.get_absolute_url()}history/"):
            page = client.get(address)
            assert page.status_code == 200
            assert ("Far Homes" in page.content.decode()) is sees
        rows = client.get(f"/api/v1/i/{services.implementation.slug}/affiliations/").json()["results"]
        assert [row["residential_project"] for row in rows] == [str(housing.pk) if sees else None]


def test_an_affiliation_is_added_by_page_and_api(client, people, project, services):
    client.force_login(people["staff"])
    add = f"{services.get_absolute_url()}affiliation/add/"
    assert client.get(add).status_code == 200
    assert client.post(add, {"residential_project_id": str(services.pk)}).status_code == 422
    assert client.post(add, {"residential_project_id": str(project.pk)}).status_code == 302
    tie = services.affiliations.get()
    api = f"/api/v1/i/{services.implementation.slug}/affiliations/"
    body = {"project": str(services.pk), "residential_project": str(project.pk)}
    assert client.post(api, body, "application/json").status_code == 409
    assert client.delete(f"{api}{tie.pk}/").status_code == 204
    assert client.post(api, body, "application/json").json()["residential_project"] == str(project.pk)
    assert services.affiliations.filter(removed_on=None).count() == 1
