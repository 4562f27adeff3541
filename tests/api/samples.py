"""One of everything, made through the API itself: what generated requests can be about."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.models import Signer
from hmislead.access.scopes import ROBOT
from hmislead.directory.models import ImportBatch, ImportChange, ImportProblem, License
from hmislead.files.operations import store_file
from policies.cases.models import LadderStep
from policies.cases.operations import ladder, sanctions
from tests import factories
from tests.agreements.factories import lead
from tests.documents import factories as documents
from tests.notices.factories import MessageFactory, NoticeFactory
from tests.training.factories import CertificationFactory, CompletionFactory
from tests.webhooks.factories import failed_delivery

PARTY = {"role": "end_user", "person": "$person", "organization": "$organization"}
# (resource, body); a value `$x` stands for the id of the first `x` that is there.
BODIES = [
    ("governing-bodies", {"coc": "$coc", "name": "Board"}),
    ("body-members", {"body": "$body", "person": "$person"}),
    ("designations", {"coc": "$coc", "kind": "lead", "organization": "$lead", "decided_on": "2026-01-05"}),
    ("contacts", {"organization": "$organization", "person": "$person", "function": "security_officer"}),
    ("signatories", {"organization": "$organization", "person": "$person", "title": "Director", "basis": "Bylaws"}),
    ("database-attestations", {"organization": "$shelter", "product": "Other", "statement": "It is comparable."}),
    ("projects", {"organization": "$organization", "name": "Shelter", "project_type": 1}),
    ("project-locations", {"project": "$project", "coc_code": "OH-504"}),
    ("funders", {"project": "$project", "funder": 1, "grant_identifier": "1", "starts_on": "2025-01-01"}),
    ("inventory", {"project": "$project", "coc_code": "OH-504", "household_type": 1, "starts_on": "2025-01-01"}),
    ("hmis-participations", {"project": "$project", "kind": 1, "starts_on": "2025-01-01"}),
    ("ce-participations", {"project": "$project", "starts_on": "2025-01-01"}),
    ("affiliations", {"project": "$services", "residential_project": "$housing"}),
    ("licenses", {"organization": "$organization", "email": "new@example.org", "first_name": "N", "last_name": "W"}),
    ("courses", {"title": "Privacy", "topics": ["privacy"]}),
    ("security-certifications", {"person": "$person", "certified_on": "2026-01-05"}),
    (
        "staff-positions",
        {
            "person": "$person",
            "organization": "$lead",
            "function": "system_administrator",
            "fte": "1.00",
            "starts_on": "2025-01-01",
        },
    ),
    ("report-schedules", {"kind": "cho_compliance", "organization": "$organization", "day_of_month": 3}),
    ("reports", {"kind": "cho_compliance", "organization": "$organization"}),
    ("runs", {}),
    ("merges", {"kind": "person", "gone": "$gone", "stays": "$person"}),
    ("agreements", {"type": "end_user", "parties": [PARTY], "signed_on": "2026-01-05", "effective_on": "2026-01-05"}),
    ("packets", {"version": "$version", "parties": [PARTY], "deadline_on": "2099-06-30"}),
    ("campaigns", {"name": "All end users", "version": "$version", "deadline_on": "2099-06-30"}),
    ("deviations", {"what": "A password was on a note at a desk."}),
    ("grievances", {"complainant": "user", "subject": "service", "what": "Nobody answers the telephone."}),
    ("redlines", {"version": "$newer", "against": 1}),
    ("role-grants", {"user": "$user", "role": "lead_staff"}),
    ("webhooks", {"name": "Warehouse", "url": "https://example.org/hook", "events": ["agreement.recorded"]}),
    ("invitations", {"email": "x@example.org", "name": "Xenia", "role": "lead_staff"}),
]


def samples(ask: Any, people: dict[str, Any], agency: Any, coc: Any) -> dict[str, str]:
    """Ids by name of reference (`organization`) and by resource (`organizations`). `ask(method, resource, body)` is the API."""
    user = people["administrator"]
    person, gone = factories.PersonFactory(user=user), factories.PersonFactory()
    ids = {
        "coc": coc.pk,
        "organization": agency.pk,
        "lead": lead().pk,
        "shelter": factories.OrganizationFactory(is_vsp=True).pk,
        "services": factories.ProjectFactory(organization=agency, project_type=6).pk,
        "housing": factories.ProjectFactory(organization=agency, project_type=3).pk,
        "person": person.pk,
        "gone": gone.pk,
        "user": user.pk,
    }
    ids["license"] = factories.LicenseFactory(person=person, organization=agency).pk
    ids |= _papers(person, user)
    ids["version"] = documents.version("end_user", title="End-user agreement").pk
    ids["newer"] = documents.next_version(documents.version("monitoring_plan").document).pk
    draft = documents.version("participation", state="draft")
    ids |= {"document-versions": draft.pk, "document-blocks": draft.blocks.get().pk}
    ids = {name: str(value) for name, value in ids.items()}
    for resource, body in BODIES:
        made = ask("post", resource, _filled(body, ids))
        assert made.status_code == 201, (resource, made.content)
        ids[resource.removesuffix("s")] = ids[resource] = made.json()["id"]
        if resource == "governing-bodies":
            ids["body"] = made.json()["id"]
        if resource == "packets":
            ids["signer"] = ids["signers"] = str(Signer.objects.get(packet=made.json()["id"]).pk)
    return ids


def _papers(person: Any, user: Any) -> dict[str, Any]:
    """What no endpoint makes by itself: notices, messages, completions, a file and an import."""
    completion, certification = CompletionFactory(person=person), CertificationFactory(person=person)
    paper = SimpleUploadedFile("roster.csv", b"name,e-mail\nAda Quill,ada@example.org\n", "text/csv")
    file = store_file(file=paper, permission="import_data", by=ROBOT)
    batch = ImportBatch.objects.create(number=1, kind="roster", state="mapping", file=file)
    change = ImportChange.objects.create(batch=batch, table="Account", action="add", label="x")
    ImportProblem.objects.create(batch=batch, file_name="r.csv", grade="error", message="x")
    ladder.load_shipped(by=ROBOT)
    step = LadderStep.objects.filter(offense=1, kind="training_standard").get()
    license = License.objects.filter(person=person).get()
    sanction = sanctions.propose(
        violation_class=step.violation_class,
        organization=license.organization,
        license=license,
        happened_on=factories.LONG_AGO,
        summary="A screen was left open.",
        by=ROBOT,
    )[0]
    return {
        "sanctions": sanction.pk,
        "violation-classes": step.violation_class_id,
        "ladder-steps": step.pk,
        "completion": completion.pk,
        "certification": certification.pk,
        "file": file.pk,
        "batch": batch.pk,
        "change": change.pk,
        "course": completion.course_id,
        "notice": NoticeFactory(user=user).pk,
        "message": MessageFactory().pk,
        "webhook-deliveries": failed_delivery().pk,
    }


def _filled(body: Any, ids: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, ids) for value in body]
    return ids[body[1:]] if isinstance(body, str) and body.startswith("$") else json.loads(json.dumps(body))
