"""The demonstration's CoCs, agencies, projects, contacts, designations and staff."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import Any

from hmislead.demo import names
from hmislead.demo.story import Story
from hmislead.directory import approvable
from hmislead.directory.operations import cocs, contacts, organizations, people, projects, staff
from hmislead.tenancy import operations as tenancy

# Shares of project types: shelter, transitional, permanent supportive, outreach, services, rapid re-housing, entry.
PROJECT_TYPES = (0, 0, 2, 3, 3, 4, 6, 13, 13, 14)
TYPE_WORDS = {
    0: "Emergency Shelter",
    2: "Transitional Housing",
    3: "Supportive Housing",
    4: "Street Outreach",
    6: "Services",
    13: "Rapid Re-housing",
    14: "Coordinated Entry",
}
FUNCTIONS = ("executive_director", "agency_lead", "security_officer", "data_contact")
OPENED = dt.date(2021, 7, 1)


def plan(story: Story) -> None:
    """Everything that stood when the year began, and what changed in it."""
    _cocs(story)
    _agencies(story)
    _designations(story)
    for place, organization in enumerate([*story.chos, *story.vsps]):
        _projects(story, organization, place)
    _attestations(story)
    for key, value in (("gate.action", "ask"), ("contacts.months", 12)):
        tenancy.change_setting(key=key, value=value, effective_from=story.day(380), by=story.by)


def person(story: Story, *, title: str = "") -> Any:
    """A new person with a name nobody else in the story has."""
    number = len(story.people)
    first = names.FIRST[number % len(names.FIRST)]
    last = names.LAST[(number * 7 + number // len(names.FIRST)) % len(names.LAST)]
    made = people.add_person(
        first_name=first,
        last_name=last,
        email=f"{first}.{last}.{number}@example.org".lower(),
        job_title=title,
        by=story.by,
    )
    story.people.append(made)
    return made


def _cocs(story: Story) -> None:
    for number, name in names.COCS[: 1 if story.small else 2]:
        coc = cocs.add_coc(number=number, name=name, by=story.by)
        body = cocs.add_body(
            coc_id=coc.pk,
            name="HMIS Governance Committee",
            by=story.by,
            quorum=3,
            may_approve="Designations, policies",
            approves=list(approvable.KINDS),
        )
        for position in ("Chair", "Secretary", "Member"):
            cocs.seat_member(
                body_id=body.pk, person_id=person(story).pk, position=position, effective_at=OPENED, by=story.by
            )
        story.cocs.append(coc)


def _agencies(story: Story) -> None:
    def add(name: str, place: int, **more: Any) -> Any:
        coc = story.cocs[0 if place % 3 or len(story.cocs) == 1 else 1]
        both = [each.pk for each in story.cocs] if place % 11 == 0 else [coc.pk]
        return organizations.add_organization(name=name, cocs=both, effective_at=OPENED, by=story.by, **more)

    story.lead = add(names.LEAD, 0, roles=["hmis_lead"])
    story.vendor = organizations.add_organization(name=names.VENDOR, roles=["vendor"], effective_at=OPENED, by=story.by)
    chos = names.CHOS[:3] if story.small else (names.COUNTY, *names.CHOS)
    for place, name in enumerate(chos):
        roles = ["cho", "collaborative_applicant"] if name == names.COUNTY else ["cho"]
        story.chos.append(add(name, place + 1, roles=roles, is_access_only=name == "Oak Hill Legal Aid"))
    for place, name in enumerate(() if story.small else names.VSPS):
        story.vsps.append(add(name, place, roles=["cho", "vsp"], is_vsp=True))
    for place, organization in enumerate([*story.chos, *story.vsps]):
        _contacts(story, organization, place)


def _contacts(story: Story, organization: Any, place: int) -> None:
    """Most agencies name all four and affirm them yearly; some forget one, some the yearly word."""
    named = [person(story, title="Director"), person(story, title="Program manager")]
    functions = FUNCTIONS[:3] if place % 9 == 4 else FUNCTIONS
    first = story.day(380 + place * 3)
    for index, function in enumerate(functions):
        contacts.name_contact(
            organization_id=organization.pk,
            person_id=named[index % 2].pk,
            function=function,
            effective_at=first,
            by=story.by,
        )
    contacts.add_signatory(
        organization_id=organization.pk,
        person_id=named[0].pk,
        title="Executive Director",
        basis="By-laws, article 5",
        effective_at=OPENED,
        by=story.by,
    )
    if place % 6 != 5:
        again = first + dt.timedelta(days=350 + place % 20)
        story.at(
            again,
            lambda: contacts.affirm_all_contacts(organization_id=organization.pk, effective_at=again, by=story.by),
        )


def _designations(story: Story) -> None:
    for coc in story.cocs:
        body = coc.bodies.get()
        for kind, organization, software in (("lead", story.lead, ""), ("software", story.vendor, "Lantern HMIS")):
            cocs.designate(
                coc_id=coc.pk,
                kind=kind,
                organization_id=organization.pk,
                software=software,
                body_id=body.pk,
                decided_on=dt.date(2022, 5, 12),
                starts_on=dt.date(2022, 7, 1),
                by=story.by,
            )
    for function, fte in (
        ("system_administrator", "1.00"), ("system_administrator", "1.00"), ("system_administrator", "1.00"),
        ("system_administrator", "1.00"), ("system_administrator", "1.00"), ("system_administrator", "1.00"),
        *((("system_administrator", "1.00"),) * 4), ("system_administrator", "0.50"), ("help_desk", "1.00"), ("trainer", "0.75"),
        ("analyst", "1.00"), ("manager", "1.00"),
    )[: 3 if story.small else 99]:  # fmt: skip
        staff.add_position(
            person_id=person(story, title="HMIS staff").pk,
            organization_id=story.lead.pk,
            function=function,
            fte=Decimal(fte),
            starts_on=OPENED,
            by=story.by,
        )


def _projects(story: Story, organization: Any, place: int) -> None:
    if organization.is_access_only:
        return
    kind = 2 if organization.is_vsp else 1
    count = 2 if story.small else 3 + (place % 4 == 0)
    for index in range(count):
        project_type = PROJECT_TYPES[(place * 3 + index) % len(PROJECT_TYPES)]
        ended = story.day(200) if place % 13 == 7 else None
        project = projects.add_project(
            organization_id=organization.pk,
            name=f"{organization.name} {TYPE_WORDS[project_type]}{' ' + str(index + 1) if index else ''}",
            project_type=project_type,
            rrh_subtype=2 if project_type == 13 else None,
            is_continuum=True,
            operating_from=OPENED,
            operating_until=ended,
            by=story.by,
        )
        projects.add_part(project_id=project.pk, part="hmis", kind=kind, starts_on=OPENED, by=story.by)
        for taken in organization.participations.all()[:1]:
            projects.add_part(
                project_id=project.pk, part="location", coc_code=taken.coc.number, geocode="399999", by=story.by
            )
        projects.add_part(
            project_id=project.pk,
            part="funder",
            funder=(2, 8, 20, 46)[index % 4] if index % 4 != 3 else 8,
            grant_identifier=f"G-{place:02}{index}",
            starts_on=OPENED,
            by=story.by,
        )
        if project_type in {0, 2, 3, 13}:
            projects.add_part(
                project_id=project.pk,
                part="inventory",
                coc_code=organization.participations.first().coc.number,
                household_type=1,
                beds=6 + place % 30,
                units=6 + place % 30,
                starts_on=OPENED,
                by=story.by,
            )


def _attestations(story: Story) -> None:
    """Of four victim service providers two are up to date, one is late, one never said."""
    for organization, ago in zip(story.vsps, (40, 200, 430), strict=False):
        day = story.day(ago)
        story.at(
            day,
            partial(
                organizations.attest_comparable_database,
                organization_id=organization.pk,
                product="Harbor Comparable",
                effective_at=day,
                by=story.by,
            ),
        )
