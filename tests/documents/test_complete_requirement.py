"""The requirement that documents in effect hold their clauses: what fails it, what mends it, and what counts it anew."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from hmislead.access.scopes import ROBOT
from hmislead.compliance import registry
from hmislead.compliance.registry import Evaluation
from hmislead.documents import completeness, types
from hmislead.documents.clause_map import CONDITIONS, MINIMUM, clauses_of, setting_of
from hmislead.documents.models import DocumentVersion, VersionEffect
from hmislead.documents.operations import approval, versions, writing
from hmislead.documents.requirements import clauses_present
from hmislead.tenancy import operations as tenancy
from hmislead.tenancy import settings
from tests import factories
from tests.documents import factories as documents
from tests.documents.test_writing import as_data, begin, confirm_all

pytestmark = pytest.mark.django_db
KIND = "data_sharing"


@pytest.fixture
def complete(people, coc):
    """A document in effect from our starting text, with everything confirmed."""
    version = begin(people["staff"], KIND)
    confirm_all(version, people["staff"])
    return in_effect(version, coc)


def in_effect(version, coc, **fields):
    DocumentVersion.objects.filter(pk=version.pk).update(state="effective")
    documents.effect(version, coc, **fields)
    version.refresh_from_db()
    return version


def judged(coc, on=None):
    row = clauses_present(Evaluation(as_of=on or settings.today())).get(pk=coc.pk)
    return row.result, row.note


def test_a_coc_with_complete_documents_meets_it_and_one_without_any_is_not_asked(coc, complete):
    other = factories.CoCFactory(number="OH-505")
    assert judged(coc) == ("met", "")
    assert judged(other) == ("not_applicable", "")


@pytest.mark.parametrize("clause", clauses_of(KIND), ids=lambda clause: clause.standard)
def test_every_clause_that_is_planted_as_missing_fails_it(people, coc, complete, clause):
    kept = [standard for standard in complete.holds if standard != clause.standard]
    DocumentVersion.objects.filter(pk=complete.pk).update(holds=kept)
    assert judged(coc)[0] == ("not_met" if clause.need == MINIMUM else "met")


def test_documents_that_lack_something_are_counted_and_a_never_counted_one_is_lacking(people, coc, complete):
    bare = documents.version(KIND, cocs=[coc], texts=())
    assert judged(coc) == ("not_met", "1 document lacks clauses")
    documents.version(KIND, cocs=[coc], texts=())
    assert judged(coc) == ("not_met", "2 documents lack clauses")
    assert approval.count_left() == 2
    bare.refresh_from_db()
    assert bare.holds == []
    assert approval.count_left() == 0


@pytest.mark.parametrize(
    ("day", "result"), [(-1, "not_applicable"), (0, "not_met"), (10, "not_met"), (11, "not_applicable")]
)
def test_it_asks_from_the_first_day_in_effect_to_the_last(coc, people, day, result):
    first = dt.date(2026, 3, 1)
    version = documents.version(KIND, state="superseded", texts=())
    documents.effect(version, coc, "superseded", effective_from=first, effective_until=first + dt.timedelta(days=10))
    assert judged(coc, first + dt.timedelta(days=day))[0] == result


def test_a_condition_decides_on_the_day_it_is_asked(people, coc):
    kind, clause = next(
        (kind, clause) for kind in types.TYPES for clause in clauses_of(kind) if clause.need == "conditional"
    )
    version = begin(people["staff"], kind)
    confirm_all(version, people["staff"])
    in_effect(version, coc)
    owed = completeness.owed_by(kind, {setting_of(condition): False for condition in CONDITIONS})
    DocumentVersion.objects.filter(pk=version.pk).update(holds=owed)
    for condition in CONDITIONS:
        tenancy.change_setting(key=setting_of(condition), value=False, by=ROBOT)
    assert judged(coc)[0] == "met"
    tenancy.change_setting(key=setting_of(clause.condition), value=True, by=ROBOT)
    assert judged(coc)[0] == "not_met"


def test_writing_confirming_and_taking_out_count_anew(people):
    staff = people["staff"]
    version = begin(staff, KIND)

    def holds():
        return set(DocumentVersion.objects.get(pk=version.pk).holds)

    assert holds() == set(completeness.held(version))
    row = next((row for row in completeness.panel(version).rows if row.state == "review"), None)
    if row:
        block = version.blocks.filter(standards__contains=[row.standard]).first()
        writing.attest(version_id=version.pk, standard=row.standard, block_id=block.pk, by=staff)
        assert row.standard in holds()
        writing.change_block(block_id=block.pk, data=as_data(block, body_es="Otro texto."), by=staff)
        assert row.standard not in holds()
    block = version.blocks.exclude(standards=[]).first()
    alone = set(block.standards) - {s for other in version.blocks.exclude(pk=block.pk) for s in other.standards}
    writing.change_block(block_id=block.pk, data=as_data(block, body=""), by=staff)
    assert not alone & holds()
    writing.remove_block(block_id=block.pk, by=staff)
    assert not alone & holds()


def test_a_cited_document_that_goes_takes_its_clauses_along(tenant, people, coc, complete):
    standard = complete.holds[0]
    cited = in_effect(begin(people["staff"], KIND), coc)
    documents.block(cited, 99, key="said", body="We do.", standards=[standard])
    citing = documents.version(KIND, state="draft", texts=())
    writing.cite(version_id=citing.pk, cited_id=cited.document_id, covers=[standard], by=people["staff"])
    citing.refresh_from_db()
    assert citing.holds == [standard]
    versions.retire_version(version_id=cited.pk, by=people["staff"])
    tomorrow = settings.today() + dt.timedelta(days=1)
    with time_machine.travel(dt.datetime.combine(tomorrow, dt.time(12), tenant.zone)):
        approval.count_citing_of_ended(tomorrow)
    citing.refresh_from_db()
    assert citing.holds == []


def test_it_is_one_query_and_names_the_standards_of_the_map(coc, complete, django_assert_num_queries):
    evaluation = Evaluation(as_of=settings.today())
    evaluation.setting("documents.review_months")
    with django_assert_num_queries(1):
        list(clauses_present(evaluation))
    requirement = registry.REQUIREMENTS["documents-complete"]
    assert "GOV-01" in requirement.standards
    assert not [each for each in requirement.standards if each.startswith("DTS")]
    assert VersionEffect.objects.count() == 1
