"""Writing documents: from starting texts to submission, and what is refused on the way."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hmislead.documents import completeness, redline, types
from hmislead.documents.models import Attestation, Block, DocumentVersion, ReviewCycle, VersionEffect
from hmislead.documents.operations import versions, writing
from hmislead.documents.operations.writing import BlockData
from hmislead.errors import DomainError, RefusedFile
from hmislead.tenancy import settings
from tests.documents import factories as documents
from tests.documents.factories import LONG_AGO

pytestmark = pytest.mark.django_db


def begin(by, kind="participation", **more):
    return writing.create_document(type=kind, by=by, **more).versions.get()


def as_data(block, **changes):
    kept = {name: getattr(block, name) for name in BlockData.__dataclass_fields__}
    return BlockData(**{**kept, "standards": tuple(block.standards), **changes})


def confirm_all(version, by):
    for row in completeness.panel(version).rows:
        if row.state == completeness.REVIEW:
            block = version.blocks.filter(standards__contains=[row.standard]).first()
            writing.attest(version_id=version.pk, standard=row.standard, block_id=block.pk, by=by)


def pdf_file(pages=3, name="plan.pdf"):
    out = BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out)
    return SimpleUploadedFile(name, out.getvalue(), content_type="application/pdf")


@pytest.mark.parametrize("kind", list(types.TYPES))
def test_every_starting_text_is_complete_once_a_reviewer_has_confirmed_it(people, kind):
    version = begin(people["staff"], kind)
    assert version.blocks.exists()
    missing = {row.state for row in completeness.panel(version).missing}
    assert missing <= {completeness.REVIEW}
    confirm_all(version, people["staff"])
    panel = completeness.panel(version)
    assert [row.standard for row in panel.missing] == []
    assert panel.percent == 100
    assert versions.submit_version(version_id=version.pk, changes="", by=people["staff"]).state == "submitted"


@pytest.mark.parametrize("who", ["cho_lead", "end_user", "auditor", "coc_staff", "outsider", "security_officer"])
def test_only_the_leads_staff_write(people, who):
    version = begin(people["staff"])
    with pytest.raises(PermissionDenied):
        begin(people[who])
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        writing.add_block(version_id=version.pk, data=BlockData("New"), by=people[who])
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        versions.submit_version(version_id=version.pk, changes="", by=people[who])


def test_a_clause_without_text_counts_as_missing_and_stops_the_submission(people):
    version = begin(people["staff"])
    block = version.blocks.filter(standards__contains=["GOV-20"]).first()
    writing.change_block(block_id=block.pk, data=as_data(block, body=""), by=people["staff"])
    row = next(row for row in completeness.panel(version).rows if row.standard == "GOV-20")
    assert (row.state, row.problem) == ("missing", "It has no text.")
    with pytest.raises(DomainError, match="GOV-20"):
        versions.submit_version(version_id=version.pk, changes="", by=people["staff"])


def test_a_field_that_does_not_exist_counts_as_missing(people):
    version = begin(people["staff"])
    block = version.blocks.filter(standards__contains=["GOV-20"]).first()
    writing.change_block(block_id=block.pk, data=as_data(block, body="See {{agency.nmae}}."), by=people["staff"])
    row = next(row for row in completeness.panel(version).rows if row.standard == "GOV-20")
    assert row.problem == "There is no field {{agency.nmae}}."


def test_editing_a_clause_withdraws_what_was_confirmed_of_it(people):
    version = begin(people["staff"], "vendor")
    block = version.blocks.filter(standards__contains=["VEN-08"]).first()
    writing.attest(version_id=version.pk, standard="VEN-08", block_id=block.pk, by=people["staff"])
    writing.change_block(block_id=block.pk, data=as_data(block, variant=block.variant), by=people["staff"])
    assert Attestation.objects.get(standard="VEN-08").withdrawn_at is None
    writing.change_block(block_id=block.pk, data=as_data(block, body="Less."), by=people["staff"])
    assert Attestation.objects.get(standard="VEN-08").withdrawn_because == "The clause was changed."
    row = next(row for row in completeness.panel(version).rows if row.standard == "VEN-08")
    assert row.state == completeness.REVIEW


def test_an_uploaded_file_is_mapped_page_by_page(people):
    version = begin(people["staff"], file=pdf_file(300))
    assert (version.source, version.page_count) == ("upload", 300)
    with pytest.raises(DomainError, match="300 pages"):
        writing.attest(version_id=version.pk, standard="GOV-20", pages="301", by=people["staff"])
    writing.attest(version_id=version.pk, standard="GOV-20", pages="4, 7-9", by=people["staff"])
    row = next(row for row in completeness.panel(version).rows if row.standard == "GOV-20")
    assert (row.state, row.where) == ("present", "Pages 4, 7-9")


@pytest.mark.parametrize("content", [b"not a pdf at all", b"%PDF-1.7\nbroken"])
def test_a_file_that_is_no_pdf_is_refused(people, content):
    with pytest.raises(RefusedFile):
        begin(people["staff"], file=SimpleUploadedFile("plan.pdf", content))
    assert not DocumentVersion.objects.exists()


def test_covered_by_a_cited_document_only_while_that_is_in_effect_and_says_it(people, coc):
    plan = documents.version("privacy_plan", state="draft", texts=())
    documents.block(plan, heading="Breaches", standards=["PRI-25"])
    version = begin(people["staff"], "privacy_security_plan", from_starting=False)
    writing.cite(version_id=version.pk, cited_id=plan.document_id, covers=["PRI-25"], by=people["staff"])

    def state():
        return next(row.state for row in completeness.panel(version).rows if row.standard == "PRI-25")

    assert state() == "missing"
    documents.effect(plan, coc)
    assert state() == "covered"


def test_a_submitted_text_does_not_change(people):
    version = begin(people["staff"])
    confirm_all(version, people["staff"])
    versions.submit_version(version_id=version.pk, changes="", by=people["staff"])
    block = version.blocks.first()
    with pytest.raises(DomainError, match="not a draft"):
        writing.change_block(block_id=block.pk, data=as_data(block, body="x"), by=people["staff"])
    versions.take_back(version_id=version.pk, by=people["staff"])
    assert writing.change_block(block_id=block.pk, data=as_data(block, body="x"), by=people["staff"]).body == "x"


def test_an_approved_text_cannot_be_taken_back(people, coc):
    version = begin(people["staff"])
    confirm_all(version, people["staff"])
    versions.submit_version(version_id=version.pk, changes="", by=people["staff"])
    documents.effect(version, coc, state="approved", effective_from=None)
    with pytest.raises(DomainError, match="so it stays"):
        versions.take_back(version_id=version.pk, by=people["staff"])


def test_one_version_is_in_work_at_a_time_and_the_next_begins_with_the_text_of_the_last(people):
    version = begin(people["staff"])
    with pytest.raises(DomainError, match="in work already"):
        writing.new_version(document_id=version.document_id, by=people["staff"])
    DocumentVersion.objects.filter(pk=version.pk).update(state="effective")
    second = writing.new_version(document_id=version.document_id, by=people["staff"])
    assert second.number == 2
    assert list(second.blocks.values_list("key", "body")) == list(version.blocks.values_list("key", "body"))


def test_the_spanish_side_is_counted_like_the_english(client, people):
    version = documents.version(
        "participation", state="draft", cocs=[], texts=(("Sanctions", "We may stop access."), ("Other", "More."))
    )
    clause, other = version.blocks.all()
    Block.objects.filter(pk=clause.pk).update(standards=["GOV-20"])

    def counted():
        panel = completeness.panel(DocumentVersion.objects.get(pk=version.pk))
        return panel.untranslated, next(row.in_spanish for row in panel.rows if row.standard == "GOV-20")

    assert counted() == (None, None)
    Block.objects.filter(pk=other.pk).update(heading_es="Otro", body_es="Más.")
    assert counted() == ((clause,), False)
    client.force_login(people["staff"])
    page = client.get(f"{version.get_absolute_url()}?tab=completeness").content.decode()
    assert "The Spanish side is not complete" in page
    Block.objects.filter(pk=clause.pk).update(heading_es="Sanciones", body_es=" ")
    assert counted() == ((clause,), False)
    Block.objects.filter(pk=clause.pk).update(body_es="Podemos retirar el acceso.")
    assert counted() == ((), True)


def test_a_document_has_a_title_in_each_language_and_may_be_renamed(client, people):
    document = writing.create_document(type="participation", by=people["staff"])
    assert document.title_in("en") == "Participation agreement"
    assert document.title_in("es").startswith("Acuerdo")
    client.force_login(people["staff"])
    address = reverse("documents:document-rename", kwargs={"slug": "north", "pk": document.pk})
    assert client.post(address, {"title": " ", "title_es": "Convenio"}).status_code == 422
    assert client.post(address, {"title": "Agency agreement", "title_es": ""}).status_code == 302
    document.refresh_from_db()
    assert (document.title, document.title_in("es")) == ("Agency agreement", "Agency agreement")
    with pytest.raises(PermissionDenied):
        writing.rename_document(document_id=document.pk, title="Mine", by=people["cho_lead"])
    assert writing.create_document(type="participation", title="Ours", by=people["staff"]).title_es == ""


def test_a_redline_marks_words_and_names_what_came_went_and_moved(people):
    old = documents.version(texts=(("One", "We keep it safe."), ("Two", "Second."), ("Three", "Third.")))
    new = documents.next_version(old.document, state="draft", texts=())
    for position, (key, body) in enumerate(
        (("clause-3", "Third."), ("clause-1", "We keep data safe."), ("new", "New.")), 1
    ):
        documents.block(
            new, position, key=key, heading={"clause-1": "One", "clause-3": "Three"}.get(key, "New"), body=body
        )
    found = {str(each.heading): each for each in redline.compare(old, new) if each.kind != "same"}
    kinds = sorted(each.kind for each in found.values())
    assert kinds == ["added", "changed", "moved", "removed"]
    changed = next(each for each in found.values() if each.kind == "changed")
    assert "<del>" in changed.html
    assert "</span>data</ins>" in changed.html


def test_a_redline_escapes_what_was_written():
    assert "<script>" not in redline.words("<script>a</script>", "<script>b</script>")


def test_the_pages_take_a_document_from_nothing_to_submission(client, people, implementation):
    client.force_login(people["staff"])

    def at(name, **kwargs):
        return reverse(f"documents:{name}", kwargs={"slug": "north", **kwargs})

    made = client.post(at("document-new"), {"type": "end_user", "title": "", "way": "starting"})
    version = DocumentVersion.objects.get()
    assert made.url == version.get_absolute_url()
    block = version.blocks.first()
    sent = {"heading": "Changed heading", "body": "We *do* it.", "standards": block.standards}
    preview = client.post(at("block-edit", pk=block.pk), {**sent, "preview": "yes"})
    assert preview.status_code == 422
    assert "<em>do</em>" in preview.content.decode()
    assert client.post(at("block-edit", pk=block.pk), sent).status_code == 302
    block.refresh_from_db()
    assert block.heading == "Changed heading"
    for tab in ("text", "completeness", "changes", "history"):
        page = client.get(f"{version.get_absolute_url()}?tab={tab}")
        assert page.status_code == 200
    assert "Changed heading" in client.get(version.get_absolute_url()).content.decode()
    assert client.get(at("document-list")).status_code == 200
    assert client.post(at("version-submit", pk=version.pk), {"changes": ""}).status_code in {302, 422}


def test_what_is_typed_is_drawn_beside_the_form_and_saved_by_nobody(client, people):
    version = documents.version("privacy_plan", state="draft", cocs=[])
    block = version.blocks.get()
    client.force_login(people["staff"])
    sent = {"heading": "", "body": "We **care**. <script>alert(1)</script>", "heading_es": "Cuidado", "preview": "yes"}
    for name, pk in (("block-edit", block.pk), ("block-new", version.pk)):
        address = reverse(f"documents:{name}", kwargs={"slug": "north", "pk": pk})
        answer = client.post(address, sent, headers={"HX-Request": "true"})
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "<strong>care</strong>" in text
        assert "Cuidado" in text
        assert "<script" not in text
        assert "<form" not in text
    assert [each.body for each in version.blocks.all()] == ["We do our part."]


def test_readers_see_the_text_and_not_how_it_is_made(client, people, coc, implementation):
    version = documents.version("policies_procedures", cocs=[coc])
    client.force_login(people["end_user"])
    page = client.get(f"{version.get_absolute_url()}?tab=completeness").content.decode()
    assert "We do our part" in page
    assert "Clauses that are there" not in page


def test_a_document_is_retired_with_all_its_versions(people, client, coc):
    staff = people["staff"]
    current = documents.version("privacy_plan", cocs=[coc])
    draft = writing.new_version(document_id=current.document_id, by=staff)
    ReviewCycle.objects.create(document=current.document, coc=coc, opened_on=LONG_AGO, due_on=LONG_AGO)
    url = reverse("documents:document-retire", kwargs={"slug": "north", "pk": current.document_id})
    client.force_login(staff)
    assert client.post(url, {"sent": "yes"}).status_code == 302
    assert set(DocumentVersion.objects.values_list("state", flat=True)) == {"retired"}
    assert VersionEffect.objects.get().effective_until == settings.today()
    assert ReviewCycle.objects.get().closed_on == settings.today()
    with pytest.raises(DomainError, match="was retired on"):
        versions.retire_document(document_id=current.document_id, by=staff)
    with pytest.raises(DomainError, match="retired"):
        writing.new_version(document_id=draft.document_id, by=staff)


@pytest.mark.parametrize("name", ["coc_staff", "cho_lead", "auditor"])
def test_only_lead_staff_retire_a_document(people, coc, name):
    version = documents.version("privacy_plan", cocs=[coc])
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        versions.retire_document(document_id=version.document_id, by=people[name])


def test_the_list_says_how_complete_in_which_languages_and_when_reviewed(people, client, coc):
    kept = begin(people["staff"], "privacy_notice")
    version = documents.version("privacy_plan", title="Plan", cocs=())
    documents.effect(version, coc, reviewed_on=settings.today())
    client.force_login(people["staff"])
    url = reverse("documents:document-list", kwargs={"slug": "north"})
    shown = b"".join(client.get(url + "?export=csv&cols=title,complete,languages,next_review")).decode()
    lines = {line.partition(",")[0]: line for line in shown.splitlines()}
    kept.refresh_from_db()
    share = completeness.share("privacy_notice", kept.holds, completeness.answers())
    assert f"{share} %" in lines[kept.document.title]
    assert "English, Spanish" in lines[kept.document.title]
    due = settings.today().replace(year=settings.today().year + 1)
    assert lines["Plan"].endswith(due.isoformat())
