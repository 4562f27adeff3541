"""What stands in the way of reading a document: found clause by clause, and in the published PDF."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.utils import timezone

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.documents import accessibility
from hmislead.documents.models import PublishedCopy
from hmislead.files.operations import store_file
from tests import factories
from tests.documents import factories as documents
from tests.files.samples import pdf

pytestmark = pytest.mark.django_db
LONG = "We look after what you tell us and " * 7 + "more."
WRONG = {
    "# One\n\n### Two\n\nText.": "A heading skips a level.",
    "Read it [here](https://example.org).": "A link says only “here”.",
    "See [https://example.org/a](https://example.org/a).": "A link shows its bare address.",
    "| | Days |\n|---|---|\n| Notice | 30 |": "A column of a table has no name.",
    LONG: "A sentence has more than 40 words.",
    "PLEASE READ THIS TEXT NOW.": "More than 4 words in capitals follow each other.",
    "Organizational interoperability necessitates comprehensive administrative documentation.": "Its reading grade is",
}
RIGHT = (
    "# One\n\n## Two\n\n### Three\n\nText.",
    "Read [our privacy notice](https://example.org).",
    "| What | Days |\n|---|---|\n| Notice | 30 |",
    "HUD, CoC and HMIS staff read it.",
)


@pytest.mark.parametrize("text", WRONG)
def test_each_rule_finds_what_it_is_for_and_names_the_clause(tenant, text):
    version = documents.version("privacy_plan", state="draft", cocs=[], texts=(("Duties", text),))
    (found,) = [each for each in accessibility.findings(version) if each.problem.startswith(WRONG[text])]
    assert (found.block.heading, found.language) == ("Duties", "en")
    assert found.remedy


@pytest.mark.parametrize("text", RIGHT)
def test_a_good_clause_is_left_in_peace(tenant, text):
    version = documents.version("privacy_plan", state="draft", cocs=[], texts=(("Duties", text),))
    assert accessibility.findings(version) == []


def test_a_clause_without_spanish_among_others_that_have_it(tenant):
    version = documents.version(
        "privacy_plan", state="draft", cocs=[], texts=(("One", "We care."), ("Two", "We help."))
    )
    version.blocks.filter(heading="One").update(heading_es="Uno", body_es="Lea [aquí](https://example.org).")
    assert [(each.block.heading, each.language, each.problem) for each in accessibility.findings(version)] == [
        ("One", "es", "A link says only “aquí”."),
        ("Two", "es", "It has no Spanish text, though others have."),
    ]


def test_the_published_pdf_is_looked_at_once(tenant, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    version = documents.version("privacy_plan", cocs=[])
    stored = store_file(file=pdf("plan.pdf"), permission="view_documents", by=ROBOT)
    PublishedCopy.objects.create(
        version=version, language="en", sha256="0" * 64, pdf=stored, published_at=timezone.now()
    )
    (output,) = accessibility.outputs(version)
    assert output.wrong, "an empty page without tags is no accessible document"
    stored.content.storage.delete(stored.content.name)
    assert accessibility.outputs(version)[0].wrong == output.wrong
    cache.clear()
    with pytest.raises(FileNotFoundError):
        accessibility.outputs(version)


def test_the_tab_leads_to_the_clause_for_who_may_edit_it(client, people):
    version = documents.version("privacy_plan", state="draft", cocs=[], texts=(("Duties", LONG),))
    client.force_login(people["staff"])
    page = client.get(f"{version.get_absolute_url()}?tab=accessibility").content.decode()
    assert "A sentence has more than 40 words." in page
    assert f"/documents/clauses/{version.blocks.get().pk}/" in page
    assert "There is no published PDF of this version yet" in page


def test_who_votes_finds_on_their_home_what_waits_for_their_body(client, tenant, coc, people):
    version = documents.version("privacy_plan", title="Privacy plan", state="submitted", cocs=[])
    documents.effect(version, coc, state="requested", effective_from=None, approved_on=None)
    voter = factories.member(tenant, "voter")
    access_operations.grant_role(user=voter, role="body_member", coc=coc, by=ROBOT)
    client.force_login(voter)
    page = client.get("/i/north/").content.decode()
    assert "Privacy plan, version 1 waits for your vote" in page
    assert client.get(version.get_absolute_url()).status_code == 200
    client.force_login(people["coc_staff"])
    assert "waits for your vote" not in client.get("/i/north/").content.decode()
