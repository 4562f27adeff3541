"""A small but real implementation with one thing of each kind, for pages that are looked at in a browser.

`lay(implementation)` makes it and commits it; `World.address` finds the thing a page is about. A page about a new kind
of thing needs that thing here, by the beginning of its addresses.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.accounts import invitations
from hmislead.compliance import task_operations, waivers
from hmislead.compliance.models import Run, Status
from hmislead.directory import models as directory
from hmislead.directory.operations import cocs, departures, merges, projects, staff
from hmislead.files.operations import store_file
from hmislead.opening import operations as opening
from hmislead.tenancy import operations as tenancy
from hmislead.tenancy.context import use
from reporting.models import Kind
from reporting.operations import reports, schedules
from tests import factories
from tests.agreements import factories as agreements
from tests.directory import import_samples
from tests.files.samples import pdf
from tests.notices.factories import BulkSendFactory, MessageFactory, NoticeFactory
from tests.pages_world_papers import papers
from tests.reporting import samples
from tests.test_every_page import KWARGS, NOWHERE, patterns
from tests.webhooks import factories as webhooks

ROLES = {
    "administrator": "lead_administrator",
    "staff": "lead_staff",
    "coc_staff": "coc_staff",
    "cho_lead": "cho_lead",
    "end_user": "",
    "security_officer": "cho_security_officer",
    "body_member": "body_member",
    "trainer": "trainer",
    "help_desk": "help_desk_agent",
    "monitor": "monitor",
    "analyst": "analyst",
    "auditor": "auditor",
}
ARGUMENTS = {"agreements:subject-agreements": "organization", "documents:version-attest": "PRI-05"} | {
    # One move of each kind of case that its case, as it is laid out, can make.
    "cases:deviation-move": "review",
    "cases:sanction-move": "change",
    "cases:grievance-move": "acknowledge",
}
ROSTER = ["ada@example.org,ada,Ada,Quill,Harbor House,Active,,", "new@example.org,new,Ned,Way,Old Mill,Active,,"]


@dataclass(frozen=True)
class World:
    """`users` by role; `things`: ids by the beginning of the addresses about them, or by the name of one page."""

    slug: str
    users: dict[str, Any]
    things: dict[str, Any]

    def address(self, name: str) -> str:
        """The address of a page about the thing that is there for it; about NOWHERE when nothing is."""
        pattern, route = patterns()[name]
        kwargs: dict[str, Any] = {"slug": self.slug}
        for argument, converter in pattern.pattern.converters.items():
            if type(converter).__name__ != "UUIDConverter":
                kwargs.setdefault(argument, ARGUMENTS.get(name) or KWARGS.get(argument, "GOV-01"))
            elif argument == "pk":
                kwargs[argument] = self.things.get(name) or self.things.get(route.partition("<uuid:pk>")[0], NOWHERE)
            else:
                kwargs[argument] = self.things.get(f"{name} {argument}", NOWHERE)
        return reverse(name, kwargs=kwargs)


def lay(implementation: Any) -> World:
    """One thing of each kind, and a user of each role in ROLES at it."""
    with use(implementation):
        tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)
        coc = factories.CoCFactory(number="OH-504")
        agency = factories.OrganizationFactory(name="Harbor House")
        factories.OrganizationRoleFactory(organization=agency)
        factories.ParticipationFactory(organization=agency, coc=coc)
        users = {name: _user(implementation, name, coc, agency) for name in ROLES}
        return World(implementation.slug, users, _things(users, coc, agency))


def _user(implementation: Any, name: str, coc: Any, agency: Any) -> Any:
    user = factories.member(implementation, name)
    at = {
        "coc_staff": {"coc": coc},
        "body_member": {"coc": coc},
        "cho_lead": {"organization": agency},
        "security_officer": {"organization": agency},
        "auditor": {"ends_on": factories.NEXT_YEAR},
    }.get(name, {})
    if ROLES[name]:
        access_operations.grant_role(user=user, role=ROLES[name], by=ROBOT, **at)
    return user


def _things(users: dict[str, Any], coc: Any, agency: Any) -> dict[str, Any]:
    today = samples.today()
    samples.in_order(agency, today=today)
    license = samples.person("Ada Quill", agency, today=today)
    directory.Person.objects.filter(pk=license.person_id).update(user=users["end_user"], email="ada@example.org")
    found = {"cocs/": coc.pk, "agencies/": agency.pk, "licenses/": license.pk, "people/": license.person_id}
    found |= _of_the_directory(coc, agency)
    found |= _of_licenses(agency)
    found |= _of_evidence(license, agency)
    samples.evaluated(today - dt.timedelta(days=30), today)
    found |= _of_compliance(license, agency)
    found |= _of_imports()
    found |= _of_reports(users["staff"], agency)
    found |= _of_people(users)
    found |= papers(users, coc, agency)
    return found


def _of_the_directory(coc: Any, agency: Any) -> dict[str, Any]:
    by, today = ROBOT, samples.today()
    lead, person = agreements.lead(), factories.PersonFactory()
    body = cocs.add_body(coc_id=coc.pk, name="Board", by=by)
    member = cocs.seat_member(body_id=body.pk, person_id=person.pk, by=by)
    designation = cocs.designate(
        coc_id=coc.pk, kind="lead", organization_id=lead.pk, decided_on=today, body_id=body.pk, by=by
    )
    project = projects.add_project(organization_id=agency.pk, name="Emergency shelter", project_type=1, by=by)
    parts = {
        "location": {"coc_code": "OH-504"},
        "funder": {"funder": 1, "starts_on": today},
        "inventory": {"coc_code": "OH-504", "household_type": 1, "beds": 12, "starts_on": today},
        "hmis": {"kind": 1, "starts_on": today},
        "ce": {"starts_on": today},
    }
    home = projects.add_project(organization_id=agency.pk, name="Housing", project_type=3, by=by)
    services = projects.add_project(organization_id=agency.pk, name="Services", project_type=6, by=by)
    affiliation = directory.Affiliation.objects.create(project=services, residential_project=home)
    made = {
        part: projects.add_part(project_id=project.pk, part=part, by=by, **values) for part, values in parts.items()
    }
    signatory = directory.Signatory.objects.create(
        organization=agency, person=person, title="Executive Director", basis="By-laws", starts_on=today
    )
    shelter = factories.OrganizationFactory(name="Safe Haven", is_vsp=True)
    position = staff.add_position(
        person_id=person.pk, organization_id=lead.pk, function="system_administrator", fte=1, by=by
    )
    gone = factories.OrganizationFactory(name="Harbor House Inc")
    return {
        "bodies/": body.pk,
        "members/": member.pk,
        "designations/": designation.pk,
        "projects/": project.pk,
        **{f"project-parts/{part}/": row.pk for part, row in made.items()},
        "project-parts/affiliation/": affiliation.pk,
        "directory:affiliation-add": services.pk,
        "signatories/": signatory.pk,
        "contacts/": agency.contacts.first().pk,
        "participations/": agency.participations.get().pk,
        "roles/": agency.roles.get().pk,
        "directory:attestation-add": shelter.pk,
        "directory:organization-reopen": factories.OrganizationFactory(name="Old Mill", closed_on=today).pk,
        "staff/": position.pk,
        "directory:organization-merge-preview gone": gone.pk,
        "directory:person-merge-preview gone": factories.PersonFactory().pk,
    }


def _of_licenses(agency: Any) -> dict[str, Any]:
    """Licenses in the states from which each step starts."""
    new = functools.partial(factories.LicenseFactory, organization=agency, activated_on=None)
    suspended = new(state="suspended", suspended_on=factories.LONG_AGO, activated_on=factories.LONG_AGO)
    leaver = factories.LicenseFactory(organization=agency)
    departure = departures.report_departure(license_id=leaver.pk, departed_at=timezone.now(), by=ROBOT)
    return {
        "directory:license-activate": new(state="requested").pk,
        "directory:license-block": new(state="requested").pk,
        "directory:license-unblock": new(state="blocked").pk,
        "directory:license-reactivate": suspended.pk,
        "departures/": departure.pk,
    }


def _of_evidence(license: Any, agency: Any) -> dict[str, Any]:
    completion = license.person.completions.first()
    return {
        "agreements/": agreements.models.Agreement.objects.get(parties__organization=agency, type="participation").pk,
        "agreements/of/<str:kind>/": agency.pk,
        "training/courses/": completion.course_id,
        "training/people/": license.person_id,
        "training/completions/": completion.pk,
        "training/certifications/": license.person.security_certifications.first().pk,
    }


def _of_compliance(license: Any, agency: Any) -> dict[str, Any]:
    waiver = waivers.grant_waiver(
        requirement="contacts", subject_id=agency.pk, kind="not_applicable", reason="A sample", by=ROBOT
    )
    task = task_operations.open_task(kind="lock_account", since=samples.today(), license=license)
    run = Run.objects.create(as_of=samples.today(), state="finished")
    return {
        "compliance/runs/": run.pk,
        "compliance/waivers/": waiver.pk,
        "compliance/waivers/new/": Status.objects.filter(state__in=("not_met", "overdue")).first().pk,
        "tasks/": task.pk,
    }


def _of_imports() -> dict[str, Any]:
    waiting = import_samples.roster_batch(ROSTER)
    read = import_samples.read_roster(ROSTER, samples.today())
    text = b"course,email,completed_on\nYearly training,ada@example.org,2026-01-05\n"
    sheet = opening.read_sheet(
        kind="completions", file=SimpleUploadedFile("old.csv", text), carried_over=True, by=ROBOT, inline=True
    )
    paper = store_file(file=pdf(), permission="view_directory", by=ROBOT)
    return {
        "imports/": read.pk,
        "directory:roster-mapping": waiting.pk,
        "directory:import-progress": waiting.pk,
        "load/": sheet.pk,
        "files/": paper.pk,
    }


def _of_reports(staff_user: Any, agency: Any) -> dict[str, Any]:
    report = reports.request_report(kind=Kind.CHO, organization_id=agency.pk, by=staff_user)
    schedule = schedules.create_schedule(kind=Kind.CHO, organization_id=agency.pk, day_of_month=3, by=staff_user)
    return {"reports/": report.pk, "reports/monthly/": schedule.pk}


def _of_people(users: dict[str, Any]) -> dict[str, Any]:
    detail = invitations.invite(email="new.person@example.org", name="Nel Way", role="lead_staff", by=ROBOT)
    staff_user = users["staff"]
    same, other = factories.PersonFactory(), factories.PersonFactory()
    merge = merges.merge(kind="person", gone_id=other.pk, stays_id=same.pk, by=staff_user)
    return {
        "settings/invitations/": detail.pk,
        "settings/people/": users["cho_lead"].pk,
        "settings/roles/": users["cho_lead"].role_grants.get().pk,
        "messages/": MessageFactory().pk,
        "settings/webhooks/": (hook := webhooks.endpoint()).pk,
        "settings/webhooks/sent/": webhooks.failed_delivery(of=hook).pk,
        "webhooks:endpoint-resume": webhooks.endpoint(name="Paused listener", state="paused").pk,
        "reminders/": BulkSendFactory(drafted_by=staff_user).pk,
        "notices:bulk-detail": BulkSendFactory(drafted_by=staff_user, state="sent", sent_at=timezone.now()).pk,
        "notices/": NoticeFactory(user=users["end_user"]).pk,
        "merges/": merge.pk,
    }
