"""What a token is not given it is not told, by no list; nor is it ever told more than its maker may see today."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from hmislead.access.permissions import MEMBER, OWN, PERMISSIONS
from hmislead.documents.models import DocumentVersion
from hmislead.web.throttles import PerClient
from tests import factories
from tests.api.samples import samples
from tests.api.test_every_endpoint import FOUND, ROWS, any_of, ask, bearer
from tests.tenancy.rows import insert

pytestmark = pytest.mark.django_db
ALL = frozenset({*PERMISSIONS, OWN})
LISTS = {row: permission for row, permission in ROWS if row.startswith("get") and not FOUND[row][2]}
MEMBERS = [row for row, permission in LISTS.items() if permission == MEMBER]
# Lists that every member may ask for, by the scopes of which each one opens rows. Written down apart from the code.
OPENED_BY = {
    "acknowledgements": {"view_evidence", OWN},
    "agreements": {"view_evidence", OWN},
    "approval-items": {"view_documents"},
    "comment-periods": {"view_documents"},
    "comments": {"view_documents", OWN},
    "decision-votes": {"view_documents"},
    "decisions": {"view_documents"},
    "deviations": {"manage_cases", OWN},
    "files": {"import_data"},
    "gates": {"view_people", OWN},
    "grievances": {"manage_cases", OWN},
    "licenses": {"view_people", OWN},
    "notices": {OWN},
    "packets": {"view_evidence"},
    "people": {"view_people", OWN},
    "quiz-attempts": {"view_evidence", OWN},
    "sanctions": {"manage_cases", "view_evidence"},
    "security-certifications": {"view_evidence", OWN},
    "signers": {"view_evidence"},
    "statuses": {"view_compliance", OWN},
    "training-completions": {"view_evidence", OWN},
}
# No secret among members: the standards, the courses there are, what a breach leads to, and the documents in effect.
EVERY_MEMBERS = {
    "courses", "document-versions", "documents", "ladder-steps", "redlines", "standards", "version-effects",
    "violation-classes",
}  # fmt: skip
HUD = "get standards list"  # rows of no implementation


def opened_by(row):
    """The scopes of which each one lets a token see rows of this list."""
    permission = LISTS[row]
    return OPENED_BY[row.split()[1]] if permission == MEMBER else set(any_of(permission))


def rows_of(client, row, slug, headers):
    """Ids in the answer of a list; the whole answer where it is no list of rows; nothing when it is refused."""
    answer = ask(client, row, slug, **headers)
    if answer.status_code in {403, 404}:
        return []
    assert answer.status_code == 200, (row, answer.content)
    told = answer.json()
    found = told.get("results", told) if isinstance(told, dict) else told
    return [each.get("id", each) for each in found] if isinstance(found, list) else found


@pytest.fixture
def world(client, people, tenant, agency, coc, monkeypatch):
    """One of everything, made by an administrator who is a person here too, and a draft with what hangs on it."""
    monkeypatch.setattr(PerClient, "rate", "100000/min", raising=False)
    headers = bearer(people["administrator"], tenant, ALL, "hl_everything")

    def call(method, resource, body=None):
        url = f"/api/v1/i/{tenant.slug}/{resource}/"
        return getattr(client, method)(url, body, content_type="application/json", headers=headers)

    ids = samples(call, people, agency, coc)
    made = {table: insert(table, tenant.pk, **given) for table, given in first(ids).items()}
    for table, given in second(ids, made).items():
        insert(table, tenant.pk, **given)
    return headers, ids


def first(ids):
    """What no sample is of: about somebody else than the administrator, and about a draft."""
    draft, person = DocumentVersion.objects.get(pk=ids["document-versions"]), factories.PersonFactory()
    return {
        "documents_commentperiod": {"version_id": draft.pk},
        "documents_decision": {"body_id": ids["body"]},
        "policies_acknowledgement": {"person_id": person.pk, "version_id": draft.pk},
        "policies_policysetting": {"document_id": draft.document_id},
        "quizzes_quiz": {},
        "directory_person": {},
    }


def second(ids, made):
    decision = made["documents_decision"]
    return {
        "documents_approvalitem": {"decision_id": decision, "version_id": ids["document-versions"]},
        "documents_comment": {"period_id": made["documents_commentperiod"]},
        "documents_decisionvote": {"decision_id": decision, "member_id": ids["body-members"]},
        "quizzes_attempt": {"quiz_id": made["quizzes_quiz"], "person_id": made["directory_person"]},
    }


def walk(client, headers, lists=tuple(LISTS)):
    """What a token is told by the lists that answer it with any row."""
    told = {row: rows_of(client, row, "north", headers) for row in lists}
    return {row: rows for row, rows in told.items() if rows}


def test_every_list_has_its_line():
    assert {row.split()[1] for row in MEMBERS} == OPENED_BY.keys() | EVERY_MEMBERS


def test_no_list_tells_a_token_what_lies_outside_its_scopes(client, people, tenant, world):
    everything, ids = world
    user = people["administrator"]
    assert sorted(set(MEMBERS) - walk(client, everything, MEMBERS).keys()) == [], "what could leak must be there"
    # All scopes but those that open a list: the list is refused or empty.
    narrow = [row for row in LISTS if row.split()[1] not in EVERY_MEMBERS]
    without = {row: bearer(user, tenant, ALL - opened_by(row), f"hl_{number}") for number, row in enumerate(narrow)}
    assert [row for row, headers in without.items() if walk(client, headers, [row])] == []
    # Each scope of the table does open its lists: no line there is wider than it must be.
    for scope in sorted(set().union(*OPENED_BY.values()) - {OWN}):
        lists = [row for row in narrow if row in MEMBERS and scope in opened_by(row)]
        assert list(walk(client, bearer(user, tenant, [scope], f"hl_{scope}"), lists)) == lists, scope
    # The narrowest scope opens no list: it is told what every member is, of documents those in effect.
    narrowest = walk(client, bearer(user, tenant, ["view_history"], "hl_narrowest"))
    assert {row.split()[1] for row in narrowest} == EVERY_MEMBERS
    assert ids["document-versions"] not in narrowest["get document-versions list"]
    # Only their own: the same as once they have no role at all, when no scope gives more.
    own = walk(client, bearer(user, tenant, [OWN], "hl_own"))
    with transaction.atomic():
        user.role_grants.update(revoked_at=timezone.now())
        assert walk(client, everything) == own
        assert not walk(client, bearer(user, tenant, PERMISSIONS, "hl_revoked")).keys() - {HUD}
        transaction.set_rollback(True)
