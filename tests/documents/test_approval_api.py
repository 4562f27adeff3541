"""Decisions, conditions, confirmations, citations, the library and legal reviews over the API."""

from __future__ import annotations

import pytest

from hmislead.documents.models import LibraryClause, VersionEffect
from hmislead.tenancy import settings
from tests.documents import approving
from tests.documents import factories as documents
from tests.documents.test_writing import begin

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client, people):
    def ask(path, body=None, by="staff"):
        client.force_login(people[by])
        return client.post(f"/api/v1/i/north/{path}/", body or {}, content_type="application/json")

    return ask


@pytest.fixture
def get(client, people):
    def ask(path, by="staff"):
        client.force_login(people[by])
        return client.get(f"/api/v1/i/north/{path}/").json()["results"]

    return ask


def test_a_decision_with_a_condition_is_recorded_and_the_condition_cleared(people, coc, post, get):
    body, version = approving.body(coc), approving.asked(coc)
    seats = [str(seat.pk) for seat in approving.seats(body)]
    sent = {
        "body": str(body.pk),
        "met_on": settings.today().isoformat(),
        "motion": "To approve it.",
        "outcome": "conditions",
        "conditions": ["Name the fee."],
        "items": [{"version": str(version.pk)}],
        "votes": [{"member": seat, "vote": "yes"} for seat in seats[:3]],
        "mover": seats[0],
        "seconder": seats[1],
    }
    assert post("decisions", {**sent, "votes": sent["votes"][:2]}, "coc_staff").status_code == 409
    assert post("decisions", sent, "coc_staff").status_code == 201
    assert [row["state"] for row in get("version-effects")] == ["conditions"]
    assert len(get("decision-votes", "coc_staff")) == 3
    assert [row["version"] for row in get("approval-items")] == [str(version.pk)]
    condition = get("conditions", "coc_staff")[0]
    cleared = post(f"conditions/{condition['id']}/clear", {"how": "Named."}, "coc_staff")
    assert cleared.json()["cleared_on"] == settings.today().isoformat()
    assert VersionEffect.objects.get().state == "approved"


def test_a_draft_is_confirmed_and_cites(people, post):
    version = begin(people["staff"], "privacy_plan")
    block = version.blocks.exclude(standards=[]).first()
    made = post(f"document-versions/{version.pk}/attest", {"standard": block.standards[0], "block": str(block.pk)})
    assert made.status_code == 201, made.content
    other = documents.version("security_plan")
    cited = post(f"document-versions/{version.pk}/cite", {"cited": str(other.document_id)})
    assert cited.json()["cited"] == str(other.document_id)
    assert post(f"document-versions/{version.pk}/cite", {"cited": str(version.document_id)}).status_code == 409


def test_the_library_takes_and_retires_clauses(people, post):
    sent = {"name": "Passwords", "heading": "Passwords", "body": "We keep them.", "types": ["end_user"]}
    made = post("clauses", sent)
    assert made.status_code == 201, made.content
    assert post("clauses", sent).status_code == 400
    assert post("clauses", {**sent, "name": "Other", "standards": ["XX-99"]}).status_code == 400
    assert post(f"clauses/{made.json()['id']}/retire").json()["retired_on"]
    assert LibraryClause.objects.count() == 1


def test_legal_reviews_are_recorded_and_read(people, coc, post, get):
    version = documents.version("policies_procedures", cocs=[coc])
    sent = {
        "document": str(version.document_id), "reviewer": "Counsel", "reviewed_on": settings.today().isoformat(),
        "outcome": "fits",
    }  # fmt: skip
    assert post("legal-reviews", sent).status_code == 201
    assert post("legal-reviews", sent, "coc_staff").status_code == 403
    assert [row["reviewer"] for row in get("legal-reviews", "coc_staff")] == ["Counsel"]
