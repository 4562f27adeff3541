"""Every model of an implementation × every kind of person: exactly the rows they may know of, and no model left out."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import transaction

from hmislead.access import operations as access
from hmislead.access.scopes import ROBOT
from hmislead.directory import models as directory
from hmislead.documents import types
from hmislead.files.models import StoredFile
from tests import factories
from tests.agreements import factories as agreements
from tests.tenancy.rows import insert, tenant_models
from tests.training.factories import CompletionFactory

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
    "seals.SealedFile": "the register of sealed files: read through the file itself, and by checksum alone in public",
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
    "compliance.Task": (("organization", "license"), READ | {role: PEOPLE[role] for role in AGENCIES}),
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
    "policies.Acknowledgement": (("person",), EVIDENCE),
    "policies.CaseNote": LEADS,
    "policies.Deviation": (("reporter",), WORK | OWN),
    "policies.Grievance": (("reporter",), WORK | OWN),
    "policies.Violation": ((), READ),
    "quizzes.Attempt": (("person",), EVIDENCE),
    "quizzes.Question": ((), READ),
    "quizzes.Quiz": ((), READ),
    "reporting.Report": (("organization",), REPORTS),
    "reporting.ReportFacts": ((), {}),
    "reporting.ReportSchedule": (("organization",), REPORTS),
    "seals.SealKey": ((), READ),
    "training.Completion": (("person",), EVIDENCE),
    "training.SecurityCertification": (("person",), EVIDENCE),
    "agreements.Campaign": ((), READ),
    "documents.Contradiction": ((), READ),
    "documents.LibraryClause": ((), READ),
    "documents.ReviewCycle": (("coc",), READ | {"coc_staff": {"here"}}),
    "web.IdempotencyKey": (("user",), OWN),
    "web.SavedView": (("owner",), OWN),
    "webhooks.Attempt": ((), READ),
    "webhooks.Delivery": ((), READ),
    "webhooks.Endpoint": ((), READ),
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
    "directory.Affiliation": DIRECTORY,
    "directory.BodyMember": BY_COC[1],
}
MEMBERS = (*READERS, *AGENCIES, "coc_staff", "end_user")
STUDIO = {key: {"draft", "submitted", "effective", "private", "ours"} for key in READERS}
# What is in effect is every member's to read; CoC staff read what has left the draft, private types (`private`, in effect
# in another CoC, and `ours`, in theirs) of their own CoC alone.
VERSIONS = {key: {"effective"} for key in MEMBERS} | STUDIO | {"coc_staff": {"submitted", "effective", "ours"}}
# model: (the column that leads to the row it follows, who sees it of each kind of that row)
OF_VERSION = {
    "documents.Attestation": VERSIONS,
    "documents.Block": VERSIONS,
    "documents.Citation": VERSIONS,
    "documents.CommentPeriod": VERSIONS,
    "documents.PublishedCopy": VERSIONS,
    "documents.RedlineCopy": VERSIONS,
}
OF_DOCUMENT = {"policies.PolicySetting": VERSIONS}
PLACED = READ | {"coc_staff": {"here"}}
SENT = EVIDENCE | {"cho_lead": {"here"}, "end_user": set()}
OF_PACKET = ("agreements.PacketParty", "agreements.Signer", "agreements.TrailEntry")
OF_DECISION = ("documents.ApprovalItem", "documents.DecisionVote")
# Each has a test of its own below.
BY_ITSELF = {
    "agreements.Candidate",
    "agreements.Packet",
    "directory.Merge",
    "documents.Comment",
    "documents.Condition",
    "documents.Decision",
    "documents.Document",
    "documents.DocumentVersion",
    "documents.LegalReview",
    "documents.VersionEffect",
    "files.StoredFile",
    "policies.LadderStep",
    "policies.Sanction",
    "policies.ViolationClass",
    "training.Course",
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
            "reporter": somebody,
        }
        made[place]["agreementparty"] = made[place]["agreement"].parties.get()
        made[place]["affiliation"] = directory.Affiliation.objects.create(
            project=project, residential_project=factories.ProjectFactory(organization=organization)
        )
        body = directory.GoverningBody.objects.create(coc=where, name="Board")
        made[place]["body"] = body
        made[place]["bodymember"] = directory.BodyMember.objects.create(
            body=body, person=factories.PersonFactory(), starts_on=factories.LONG_AGO
        )
    made["here"]["participation"] = directory.Participation.objects.get(organization=agency)
    made["there"]["participation"] = None
    own = directory.License.objects.get(person__user=people["end_user"])
    made["own"] = {"license": own, "person": own.person, "organization": agency}
    made["own"] |= dict.fromkeys(("user", "owner", "reporter"), people["end_user"])
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
    assert sorted(models) == sorted(
        [*CASES, *WHOLE, *OF_VERSION, *OF_DOCUMENT, *OF_PACKET, *OF_DECISION, *BY_ITSELF, *NO_DOOR]
    )
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


def test_whoever_leads_the_leads_own_agency_sees_what_binds_it_as_one(world, people, agency, tenant):
    """The HMIS Lead, here an agency too, is a party to the papers of all."""
    ours, theirs = world["here"]["agreement"], world["there"]["agreement"]
    packets = {}
    with transaction.atomic():
        for number, (whose, place) in enumerate(((ours, "here"), (theirs, "there"))):
            whose.parties.create(role="lead", organization=agency)
            packets[place] = insert("agreements_packet", tenant.pk, state="sent", number=f"K-{number}")
            for role, party in (("cho", world[place]["organization"]), ("lead", agency)):
                given = {"packet_id": packets[place], "organization_id": party.pk, "role": role}
                insert("agreements_packetparty", tenant.pk, **given)
        assert seen(apps.get_model("agreements.Packet"), people["cho_lead"], packets) == {"here"}
        keys = {"here": ours.pk, "there": theirs.pk}
        assert seen(type(ours), people["cho_lead"], keys) == {"here"}
        assert list(type(ours).objects.of_agency(agency)) == [ours]
        transaction.set_rollback(True)


def test_the_evidence_of_an_agency_is_for_who_may_see_evidence_there(client, world, people, agency):
    """A security officer of one agency who leads another: sees the people of both, and the evidence of the second."""
    both = people["neighbour_lead"]
    access.grant_role(user=both, role="cho_security_officer", organization=agency, by=ROBOT)
    done = {place: CompletionFactory(person=world[place]["person"]).pk for place in ("here", "there")}
    people_of = {place: world[place]["person"].pk for place in ("here", "there")}
    assert seen(directory.Person, both, people_of) == {"here", "there"}
    assert seen(apps.get_model("training.Completion"), both, done) == {"there"}
    client.force_login(both)
    told = {place: client.get(f"/i/north/policies/people/{key}/").status_code for place, key in people_of.items()}
    assert told == {"here": 404, "there": 200}


def versions_of(tenant, world):
    """A version of each kind by raw SQL, and the document of each. Private ones are in effect in a CoC."""
    made, documents = {}, {}
    for kind in ("draft", "submitted", "effective", "private", "ours"):
        is_private = kind in {"private", "ours"}
        type_ = next(iter(sorted(types.PRIVATE))) if is_private else "privacy_plan"
        document = insert("documents_document", tenant.pk, type=type_, number=f"D-{kind}"[:12])
        state = "effective" if is_private else kind
        made[kind] = insert("documents_documentversion", tenant.pk, document_id=document, state=state)
        documents[kind] = document
        if is_private:
            in_effect(tenant, made[kind], world["here" if kind == "ours" else "there"]["coc"])
    return made, documents


def in_effect(tenant, version, coc, state="effective"):
    """A version in effect in a CoC, or in another state there."""
    days = dict.fromkeys(("effective_from", "approved_on"), factories.LONG_AGO)
    return insert("documents_versioneffect", tenant.pk, version_id=version, coc_id=coc.pk, state=state, **days)


@pytest.mark.parametrize("label", ["documents.DocumentVersion", "documents.Document", *OF_VERSION, *OF_DOCUMENT])
def test_what_hangs_on_a_version_is_seen_with_the_version(people, tenant, world, label):
    with transaction.atomic():
        versions, documents = versions_of(tenant, world)
        keys = {"documents.DocumentVersion": versions, "documents.Document": documents}.get(label)
        if keys is None:
            table = apps.get_model(label)._meta.db_table
            column, leads_to = ("document_id", documents) if label in OF_DOCUMENT else ("version_id", versions)
            also = {"against_id": versions["effective"]} if label == "documents.RedlineCopy" else {}
            keys = {kind: insert(table, tenant.pk, **{column: key}, **also) for kind, key in leads_to.items()}
        wrong = wrong_of(apps.get_model(label), keys, VERSIONS, people)
        transaction.set_rollback(True)
    assert wrong == {}


def test_legal_reviews_and_comments_are_for_who_works_on_documents(people, tenant, world):
    """For CoC staff: those of documents that are for their own CoC."""
    with transaction.atomic():
        versions, documents = versions_of(tenant, world)
        in_effect(tenant, versions["submitted"], world["there"]["coc"], "requested")
        reviews = {kind: insert("documents_legalreview", tenant.pk, document_id=key) for kind, key in documents.items()}
        comments = {}
        for kind, key in versions.items():
            period = insert("documents_commentperiod", tenant.pk, version_id=key)
            author = people["end_user"].pk if kind == "effective" else None
            comments[kind] = insert("documents_comment", tenant.pk, period_id=period, author_id=author)
        workers = STUDIO | {"coc_staff": {"ours"}}
        wrong = wrong_of(apps.get_model("documents.LegalReview"), reviews, workers, people)
        wrong |= wrong_of(apps.get_model("documents.Comment"), comments, workers | {"end_user": {"effective"}}, people)
        transaction.set_rollback(True)
    assert wrong == {}


def test_what_a_version_is_in_a_coc_is_known_to_that_coc(people, tenant, world):
    """In effect: every member's. Asked for: the Lead's, and the staff's of that CoC. Conditions: theirs alone."""
    with transaction.atomic():
        version = versions_of(tenant, world)[0]["effective"]
        cocs = {place: world[place]["coc"] for place in ("here", "there")}
        cocs["lead"] = factories.CoCFactory(number="OH-506")
        effects = {
            place: in_effect(tenant, version, where, "effective" if place == "lead" else "requested")
            for place, where in cocs.items()
        }
        conditions = {place: insert("documents_condition", tenant.pk, effect_id=key) for place, key in effects.items()}
        known = {key: {"lead"} for key in MEMBERS} | READ | {"coc_staff": {"here", "lead"}}
        wrong = wrong_of(apps.get_model("documents.VersionEffect"), effects, known, people)
        wrong |= wrong_of(apps.get_model("documents.Condition"), conditions, PLACED, people)
        transaction.set_rollback(True)
    assert wrong == {}


@pytest.mark.parametrize("label", ["documents.Decision", *OF_DECISION])
def test_decisions_of_a_body_are_seen_by_its_coc(people, tenant, world, label):
    with transaction.atomic():
        keys = {
            place: insert("documents_decision", tenant.pk, body_id=world[place]["body"].pk, number=f"V-{place}")
            for place in ("here", "there")
        }
        if label in OF_DECISION:
            table = apps.get_model(label)._meta.db_table
            keys = {place: insert(table, tenant.pk, decision_id=key) for place, key in keys.items()}
        wrong = wrong_of(apps.get_model(label), keys, PLACED, people)
        transaction.set_rollback(True)
    assert wrong == {}


@pytest.mark.parametrize("label", ["agreements.Packet", *OF_PACKET, "agreements.Candidate"])
def test_packets_are_seen_by_their_parties_once_sent(people, tenant, world, label):
    with transaction.atomic():
        packets, parties, signers = {}, {}, {}
        for number, (place, where) in enumerate((("here", "here"), ("there", "there"), ("lead", "here"))):
            state = "draft" if place == "lead" else "sent"
            packets[place] = insert("agreements_packet", tenant.pk, state=state, number=f"K-{number}")
            agency = world[where]["organization"].pk
            parties[place] = insert(
                "agreements_packetparty", tenant.pk, packet_id=packets[place], organization_id=agency
            )
            signers[place] = insert("agreements_signer", tenant.pk, packet_id=packets[place], state="asked")
        made = {"Packet": packets, "PacketParty": parties, "Signer": signers}
        kept = made.get(label.partition(".")[2])
        if kept is None:
            column, upper = ("signer_id", signers) if label.endswith("Candidate") else ("packet_id", packets)
            table = apps.get_model(label)._meta.db_table
            kept = {place: insert(table, tenant.pk, **{column: key}) for place, key in upper.items()}
        wrong = wrong_of(apps.get_model(label), kept, SENT, people)
        transaction.set_rollback(True)
    assert wrong == {}


def test_merges_are_for_who_keeps_the_directory(people, tenant):
    merge = directory.Merge.objects.create(kind="person", gone_id=tenant.pk, stays_id=tenant.pk)
    assert wrong_of(directory.Merge, {"lead": merge.pk}, READ, people) == {}


def test_every_member_knows_which_courses_there_are(people, tenant):
    course = apps.get_model("training.Course").objects.create(title="Privacy", topics=["privacy"])
    expected = dict.fromkeys(MEMBERS, EVERYTHING)
    assert wrong_of(apps.get_model("training.Course"), {"lead": course.pk}, expected, people) == {}


@pytest.mark.parametrize("label", ["policies.ViolationClass", "policies.LadderStep"])
def test_every_member_knows_what_a_breach_leads_to(people, tenant, label):
    with transaction.atomic():
        key = insert(apps.get_model(label)._meta.db_table, tenant.pk)
        wrong = wrong_of(apps.get_model(label), {"lead": key}, dict.fromkeys(MEMBERS, EVERYTHING), people)
        transaction.set_rollback(True)
    assert wrong == {}


@pytest.mark.parametrize("told", [True, False])
def test_a_sanction_is_seen_by_whom_it_concerns_once_they_are_told(people, tenant, world, told):
    """Of an agency (`here`, `there`), or of a person there (`own`)."""
    with transaction.atomic():
        keys = {}
        for number, place in enumerate(("here", "there", "own")):
            given = {"organization_id": world[place]["organization"].pk, "number": f"S-{number}"}
            given["person_id"] = world[place]["person"].pk if place == "own" else None
            keys[place] = insert("policies_sanction", tenant.pk, state="notified" if told else "proposed", **given)
        theirs = {"cho_lead": {"here", "own"}, "neighbour_lead": {"there"}, "end_user": {"own"}}
        wrong = wrong_of(apps.get_model("policies.Sanction"), keys, READ | (theirs if told else {}), people)
        transaction.set_rollback(True)
    assert wrong == {}


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        ("view_evidence", EVIDENCE),
        ("view_directory", DIRECTORY | OWN),
        ("import_data", WORK | OWN),
        ("manage_roles", {"administrator": EVERYTHING} | OWN),
    ],
)
def test_a_file_is_opened_by_its_permission_at_its_own_place(people, tenant, world, permission, expected):
    """`here`, `there`: of an agency; `own`: about the end user; `lead`: of nobody but the implementation."""
    about = {
        "here": {"organization": world["here"]["organization"]},
        "there": {"organization": world["there"]["organization"]},
        "own": {"person": world["own"]["person"]},
        "lead": {},
    }
    keys = {}
    for place, whose in about.items():
        file = StoredFile(name="a.pdf", content_type="application/pdf", size=1, permission=permission, **whose)
        file.content.save("a.pdf", ContentFile(b"x"))
        keys[place] = file.pk
    # A file about a person that names no agency is the Lead's and that person's: no agency speaks for a shared person.
    theirs = {role: places - {"own"} if role in AGENCIES else places for role, places in expected.items()}
    # A CoC's staff open the CoC's own files, never those that agencies handed in.
    theirs["coc_staff"] = set()
    assert wrong_of(StoredFile, keys, theirs, people) == {}
