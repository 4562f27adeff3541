"""Every model of an implementation × every kind of person: exactly the rows they may know of, and no model left out."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import transaction

from hmislead.access.scopes import ROBOT
from hmislead.directory import models as directory
from tests import factories
from tests.agreements import factories as agreements
from tests.tenancy.rows import insert, tenant_models

pytestmark = pytest.mark.django_db

READERS = ("administrator", "staff", "auditor")
LEAD = ("administrator", "staff")
ROLES = (*READERS, "cho_lead", "security_officer", "neighbour_lead", "coc_staff", "end_user", "outsider")

# Never asked for by a person: read by the code of the ground, inside checks of its own.
NO_DOOR = {
    "access.CoCUserPermission": "guardian's rows, read only to resolve what a user may do",
    "access.ImplementationUserPermission": "guardian's rows, read only to resolve what a user may do",
    "access.OrganizationUserPermission": "guardian's rows, read only to resolve what a user may do",
    "audit.FileAccess": "who opened which file: written, and shown by the timeline of what one may see",
    "tenancy.Counter": "the next number of a series",
    "tenancy.SettingValue": "read through the settings registry, whose pages ask for view_settings",
}

# Who sees which of: `here` (of `agency`, in `coc`, about somebody licensed there), `there` (of `neighbour`, in another
# CoC), `own` (about the end user, whose license is at `agency`), `lead` (of no agency). Who is not named sees nothing.
EVERYTHING = {"here", "there", "own", "lead"}
READ = dict.fromkeys(READERS, EVERYTHING)
WORK = dict.fromkeys(LEAD, EVERYTHING)
AGENCIES = {"cho_lead": {"here"}, "security_officer": {"here"}, "neighbour_lead": {"there"}}
DIRECTORY = READ | AGENCIES | {"coc_staff": {"here"}}
# CoC staff read their share of the directory and of counts: never people, licenses or what is known of them.
PEOPLE = READ | {
    "cho_lead": {"here", "own"},
    "security_officer": {"here", "own"},
    "neighbour_lead": {"there"},
    "end_user": {"own"},
}
EVIDENCE = {role: places for role, places in PEOPLE.items() if role != "security_officer"}
OWN = {"end_user": {"own"}}
REPORTS = {role: places for role, places in DIRECTORY.items() if role != "security_officer"}

BY_PROJECT = (("project",), DIRECTORY)
BY_COC = (("coc",), READ | {"cho_lead": {"here"}, "security_officer": {"here"}, "coc_staff": {"here"}})
BY_AGENCY = (("organization",), DIRECTORY)
LEADS = ((), WORK)
# model: (columns that say whose a row is, who sees which row)
CASES = {
    "access.RoleGrant": (("user",), READ | OWN),
    "accounts.InvitationDetail": ((), {"administrator": EVERYTHING}),
    "compliance.Change": (("license", "person", "organization"), PEOPLE),
    "compliance.Gate": (("license",), PEOPLE),
    "compliance.Run": ((), READ),
    "compliance.Status": (("license", "person", "organization"), PEOPLE),
    "compliance.Tally": BY_AGENCY,
    "compliance.Task": (
        ("organization", "license"),
        WORK | {role: PEOPLE[role] for role in AGENCIES},
    ),
    "compliance.Waiver": (("person",), PEOPLE),
    "directory.CEParticipation": BY_PROJECT,
    "directory.ComparableDatabaseAttestation": BY_AGENCY,
    "directory.Contact": BY_AGENCY,
    "directory.Departure": (("license",), PEOPLE),
    "directory.Designation": BY_COC,
    "directory.Funder": BY_PROJECT,
    "directory.GoverningBody": BY_COC,
    "directory.HMISParticipation": BY_PROJECT,
    "directory.ImportBatch": LEADS,
    "directory.ImportChange": LEADS,
    "directory.ImportProblem": LEADS,
    "directory.Inventory": BY_PROJECT,
    "directory.OrganizationRole": BY_AGENCY,
    "directory.RosterMapping": LEADS,
    "directory.Signatory": BY_AGENCY,
    "directory.SourceRecord": LEADS,
    "directory.StaffPosition": (("organization",), READ),
    "notices.BulkSend": ((), WORK),
    "notices.Message": ((), WORK),
    "notices.Notice": (("user",), OWN),
    "notices.Preference": (("user",), OWN),
    "notices.Reminder": ((), WORK),
    "reporting.Report": (("organization",), REPORTS),
    "reporting.ReportFacts": ((), {}),
    "reporting.ReportSchedule": (
        ("organization",),
        {role: places for role, places in REPORTS.items() if role != "auditor"},
    ),
    "training.Completion": (("person",), EVIDENCE),
    "training.SecurityCertification": (("person",), EVIDENCE),
    "web.IdempotencyKey": (("user",), OWN),
    "web.SavedView": (("owner",), OWN),
}
# Made whole by the fixture `world`, for the others to refer to.
WHOLE = {
    "directory.CoC": BY_COC[1],
    "directory.License": PEOPLE,
    "directory.Organization": DIRECTORY,
    "directory.Participation": DIRECTORY,
    "directory.Person": PEOPLE,
    "directory.Project": DIRECTORY,
    "directory.ProjectCoC": DIRECTORY,
    "agreements.Agreement": EVIDENCE | {"cho_lead": {"here"}},  # a person's own paper is shown below
    "agreements.AgreementParty": EVIDENCE | {"cho_lead": {"here"}},
}
ELSEWHERE = {
    "directory.Affiliation": "of two projects",
    "directory.BodyMember": "of a governing body",
    "directory.Merge": "of two things of one kind",
    "files.StoredFile": "by each file's own permission: tests/files",
    "training.Course": "every member may know which courses there are",
}


@pytest.fixture
def world(people, agency, neighbour, coc):
    """Per place, the things that rows refer to."""
    other = factories.CoCFactory(number="OH-505")
    factories_of = {"here": (agency, coc), "there": (neighbour, other)}
    made = {}
    for place, (organization, where) in factories_of.items():
        license = factories.LicenseFactory(organization=organization)
        project = factories.ProjectFactory(organization=organization)
        located = directory.ProjectCoC.objects.create(project=project, coc=where)
        made[place] = {
            "organization": organization,
            "coc": where,
            "license": license,
            "person": license.person,
            "project": project,
            "projectcoc": located,
            "agreement": agreements.with_agency(organization),
            "user": (somebody := factories.UserFactory()),
            "owner": somebody,
        }
        made[place]["agreementparty"] = made[place]["agreement"].parties.get()
    made["here"]["participation"] = directory.Participation.objects.get(organization=agency)
    made["there"]["participation"] = None
    own = directory.License.objects.get(person__user=people["end_user"])
    made["own"] = {"license": own, "person": own.person, "organization": agency}
    made["own"] |= {"user": people["end_user"], "owner": people["end_user"]}
    return made


def seen(model, user, keys):
    """Names of the places whose rows `user` may know of."""
    found = set(model.objects.visible_to(user).values_list("pk", flat=True))
    return {place for place, key in keys.items() if key in found}


def rows_of(model, columns, world, implementation):
    """A row per place, by raw SQL: no factory decides what a row of this table may look like."""
    if not columns:
        return {"lead": insert(model._meta.db_table, implementation.pk)}
    places = [place for place in world if all(column in world[place] for column in columns)]
    if columns == ("organization",):
        places.remove("own")  # of the agency, and about nobody
    made = {}
    for number, place in enumerate(places, 1):
        given = {f"{column}_id": world[place][column].pk for column in columns}
        given["number"] = number  # where a table counts
        if model._meta.label == "access.RoleGrant":
            given["role"] = "cho_lead"
        made[place] = insert(model._meta.db_table, implementation.pk, **given)
    return made


def wrong_of(model, keys, expected, people):
    assert seen(model, ROBOT, keys) == set(keys), "the system sees all"
    told = {role: seen(model, people[role], keys) for role in ROLES}
    return {
        role: (sorted(places), sorted(expected.get(role, set()) & set(keys)))
        for role, places in told.items()
        if places != expected.get(role, set()) & set(keys)
    }


def test_no_model_lacks_a_case():
    models = {model._meta.label: model for model in tenant_models() if not model.__name__.endswith("Event")}
    assert sorted(models) == sorted([*CASES, *WHOLE, *ELSEWHERE, *NO_DOOR])
    for label, model in models.items():
        assert hasattr(model.objects, "visible_to") != (label in NO_DOOR), label


@pytest.mark.parametrize("label", CASES)
def test_each_sees_exactly_their_rows(world, people, tenant, label):
    columns, expected = CASES[label]
    with transaction.atomic():
        keys = rows_of(apps.get_model(label), columns, world, tenant)
        wrong = wrong_of(apps.get_model(label), keys, expected, people)
        # Rows by raw SQL refer to nothing: they go before the database asks, at the end of the transaction.
        transaction.set_rollback(True)
    assert wrong == {}


@pytest.mark.parametrize("label", WHOLE)
def test_each_sees_exactly_their_things(world, people, label):
    name = label.partition(".")[2].lower()
    kept = {place: things[name].pk for place, things in world.items() if things.get(name)}
    if name == "organization":
        del kept["own"]  # the same agency as `here`
    assert wrong_of(apps.get_model(label), kept, WHOLE[label], people) == {}


def test_a_shared_persons_license_elsewhere_stays_with_that_agency(world, people, neighbour):
    """The agencies share the person; each knows of its own license alone, and of its own paper."""
    shared = world["here"]["person"]
    elsewhere = factories.LicenseFactory(person=shared, organization=neighbour)
    paper = agreements.with_user(shared, neighbour)
    assert directory.Person.objects.visible_to(people["neighbour_lead"]).filter(pk=shared.pk).exists()
    for row in (elsewhere, paper):
        rows = type(row).objects
        assert not rows.visible_to(people["cho_lead"]).filter(pk=row.pk).exists()
        assert rows.visible_to(people["neighbour_lead"]).filter(pk=row.pk).exists()
