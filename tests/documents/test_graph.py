"""How documents relate: citations that hold or not, contradictions, and clauses kept for later."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.urls import reverse

from hmislead.documents import graph
from hmislead.documents.models import Citation, Contradiction
from hmislead.documents.operations import relations, writing
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from tests.documents import factories as documents

pytestmark = pytest.mark.django_db


def problems(user):
    return [link.problem for link in graph.links(user)]


def test_a_citation_holds_while_the_cited_version_is_the_one_in_effect(people):
    by = people["staff"]
    plan = documents.version("privacy_plan", state="draft", title="Privacy plan")
    manual = documents.version("policies_procedures", state="draft", title="Manual")
    writing.cite(version_id=manual.pk, cited_id=plan.document_id, cited_number=1, by=by)
    assert problems(by) == ["The cited document is not in effect anywhere."]
    type(plan).objects.filter(pk=plan.pk).update(state="effective")
    assert problems(by) == [""]
    type(plan).objects.filter(pk=plan.pk).update(state="superseded")
    documents.next_version(plan.document)
    assert problems(by) == ["It cites version 1; version 2 is in effect."]
    Citation.objects.update(cited_number=None)
    assert problems(by) == [""]
    Citation.objects.update(cited_number=3)
    assert problems(by) == ["Version 3 is not in effect yet."]
    type(plan.document).objects.filter(pk=plan.document_id).update(retired_on=settings.today())
    assert problems(by) == ["The cited document is retired."]


def test_policies_in_effect_that_the_manual_does_not_cite_are_named(people):
    by = people["staff"]
    cited = documents.version("privacy_plan", title="Privacy plan")
    forgotten = documents.version("security_plan", title="Security plan")
    documents.version("monitoring_plan", state="draft")
    documents.version("participation")
    assert graph.uncited(by) == []
    manual = documents.version("policies_procedures", state="draft")
    writing.cite(version_id=manual.pk, cited_id=cited.document_id, by=by)
    type(manual).objects.filter(pk=manual.pk).update(state="effective")
    assert graph.uncited(by) == [forgotten.document]


def test_the_graph_asks_a_fixed_number_of_queries(people, django_assert_max_num_queries):
    by = people["staff"]
    manual = documents.version("policies_procedures", state="draft")
    for _ in range(8):
        writing.cite(version_id=manual.pk, cited_id=documents.version("privacy_plan").document_id, by=by)
    with django_assert_max_num_queries(5):
        assert [(link.citation.cited.title, link.citation.version.document.type) for link in graph.links(by)]


def test_a_contradiction_is_noted_once_and_settled_once(people):
    by = people["staff"]
    one, two = documents.version("privacy_plan").document, documents.version("security_plan").document
    with pytest.raises(DomainError, match="different documents"):
        relations.note_contradiction(first_id=one.pk, second_id=one.pk, conflict="x", by=by)
    ahead, before = settings.today() + dt.timedelta(days=1), settings.today() - dt.timedelta(days=1)
    with pytest.raises(DomainError, match="cannot lie ahead"):
        relations.note_contradiction(first_id=one.pk, second_id=two.pk, conflict="x", found_on=ahead, by=by)
    noted = relations.note_contradiction(first_id=one.pk, second_id=two.pk, conflict="7 or 5 years", by=by)
    with pytest.raises(DomainError, match="Say how"):
        relations.resolve_contradiction(contradiction_id=noted.pk, resolution=" ", by=by)
    with pytest.raises(DomainError, match="between"):
        relations.resolve_contradiction(contradiction_id=noted.pk, resolution="7", resolved_on=before, by=by)
    settled = relations.resolve_contradiction(contradiction_id=noted.pk, resolution="Seven years.", by=by)
    assert (settled.resolved_on, settled.resolution) == (settings.today(), "Seven years.")
    with pytest.raises(DomainError, match="settled already"):
        relations.resolve_contradiction(contradiction_id=noted.pk, resolution="Five.", by=by)


def test_a_library_clause_is_copied_and_the_copy_is_its_own(people):
    by = people["staff"]
    version = documents.version("participation", state="draft")
    block = version.blocks.get()
    clause = relations.keep_clause(block_id=block.pk, name="Duties", by=by)
    with pytest.raises(ValidationError):
        relations.keep_clause(block_id=block.pk, name="Duties", by=by)
    copy = relations.insert_clause(version_id=version.pk, clause_id=clause.pk, by=by)
    assert (copy.heading, copy.body, copy.position) == (block.heading, block.body, 2)
    assert copy.key != block.key
    other = documents.version("vendor", state="draft")
    with pytest.raises(DomainError, match="another kind"):
        relations.insert_clause(version_id=other.pk, clause_id=clause.pk, by=by)
    relations.retire_clause(clause_id=clause.pk, by=by)
    with pytest.raises(DomainError, match="out of use"):
        relations.insert_clause(version_id=version.pk, clause_id=clause.pk, by=by)


@pytest.mark.parametrize("who", ["cho_lead", "end_user", "auditor", "coc_staff"])
def test_only_the_leads_staff_note_settle_and_keep(people, who):
    version = documents.version("participation")
    one, two = version.document, documents.version("privacy_plan").document
    with pytest.raises(PermissionDenied):
        relations.note_contradiction(first_id=one.pk, second_id=two.pk, conflict="x", by=people[who])
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        relations.keep_clause(block_id=version.blocks.get().pk, name="x", by=people[who])
    assert not Contradiction.objects.exists()


def test_the_pages_cite_note_settle_and_keep(client, people):
    client.force_login(people["staff"])

    def at(name, **kwargs):
        return reverse(f"documents:{name}", kwargs={"slug": "north", **kwargs})

    draft = documents.version("policies_procedures", state="draft", title="Manual")
    plan = documents.version("privacy_plan", title="Privacy plan")
    sent = {"cited": plan.document_id, "cited_number": "", "title": "", "url": ""}
    assert client.post(at("citation-new", pk=draft.pk), sent).status_code == 302
    assert client.post(at("citation-new", pk=draft.pk), {"title": ""}).status_code == 422
    noted = {"first": draft.document_id, "second": plan.document_id, "conflict": "Seven or five years"}
    assert client.post(at("contradiction-new"), noted).status_code == 302
    found = Contradiction.objects.get()
    page = client.get(at("document-graph")).content.decode()
    assert "Seven or five years" in page
    assert "Privacy plan" in page
    assert client.post(at("contradiction-resolve", pk=found.pk), {"resolution": "Seven."}).status_code == 302
    block = draft.blocks.get()
    assert client.post(at("clause-keep", pk=block.pk), {"name": "Kept"}).status_code == 302
    assert client.get(at("clause-insert", pk=draft.pk)).status_code == 200
    assert client.post(at("citation-remove", pk=Citation.objects.get().pk)).status_code == 302
    assert not Citation.objects.exists()
