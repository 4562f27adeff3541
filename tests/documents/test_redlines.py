"""The redline as PDF: made once for the texts as they are, for who may read both versions, in words and not by colour."""

from __future__ import annotations

import subprocess

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse

from hmislead.audit.models import FileAccess
from hmislead.documents import redlines
from hmislead.documents.models import Block, DocumentVersion, RedlineCopy
from hmislead.errors import DomainError
from hmislead.jobs.models import Job
from tests.documents import factories as documents
from tests.documents.conformance import problems

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions(people):
    """A policy, and a draft of its next version in which one clause changed, one came and one went."""
    old = documents.version("privacy_plan", title="Privacy", texts=(("Access", "We keep it safe."), ("Old", "Gone.")))
    new = documents.next_version(
        old.document, state="draft", texts=(("Access", "We keep data safe."),), changes="Less."
    )
    documents.block(new, 2, key="new", heading="Appeals", body="Ask us to look again.")
    Block.objects.filter(version=new).update(heading_es="Acceso", body_es="Guardamos los datos.")
    return old, new


def ask(versions, by, **changes):
    old, new = versions
    return redlines.ask_redline(version_id=new.pk, **{"against": old.number, "language": "en", "by": by, **changes})


def text_of(stored):
    """Its words, in the order they are read."""
    found = subprocess.run(["pdftotext", "-", "-"], input=stored.content.read(), capture_output=True, check=True)
    return " ".join(found.stdout.decode().split())


@pytest.mark.pdftotext
def test_it_tells_what_went_and_what_came_in_words(versions, people):
    copy = ask(versions, people["staff"])
    assert redlines.make_redline(copy.pk) is False
    stored = redlines.open_redline(copy_id=copy.pk, by=people["staff"])
    said = text_of(stored)
    assert "Privacy: version 2 against version 1" in said
    assert "Less." in said
    assert "Clauses changed: 1; new: 1; taken out: 1" in said
    assert "We keep [− it −][+ data +] safe." in said
    assert "[− Gone. −]" in said
    assert "[+ Ask us to look again. +]" in said
    assert problems(stored.content.open().read()) == []
    assert FileAccess.objects.filter(file=stored, user=people["staff"]).count() == 1


@pytest.mark.pdftotext
def test_in_spanish_its_own_words_are_spanish_too(versions, people):
    copy = ask(versions, people["staff"], language="es")
    redlines.make_redline(copy.pk)
    said = text_of(RedlineCopy.objects.get().pdf)
    assert "Privacy: versión 2 comparada con la versión 1" in said
    assert "[+ Guardamos los datos. +]" in said
    assert not [word for word in ("Words taken out", "Clause taken out", "Changed") if word in said]


def test_it_is_made_once_for_the_texts_as_they_are(versions, people):
    first, again = ask(versions, people["staff"]), ask(versions, people["administrator"])
    assert first.pk == again.pk
    assert Job.objects.filter(key=f"redline:{first.pk}:1").count() == 1
    versions[1].blocks.filter(key="new").update(body="Ask twice.")
    with pytest.raises(DomainError, match="changed before"):
        redlines.make_redline(first.pk)
    later = ask(versions, people["staff"])
    assert later.pk != first.pk


def test_one_that_failed_says_why_and_is_tried_again(client, versions, people):
    new = versions[1]
    copy = ask(versions, people["staff"])
    redlines._fail(copy.pk, "The worker was stopped five times.")
    client.force_login(people["staff"])
    page = client.get(f"{new.get_absolute_url()}?tab=changes").content.decode()
    assert "The worker was stopped five times." in page
    assert "Try again" in page
    ask(versions, people["staff"])
    copy.refresh_from_db()
    assert (copy.is_under_way, copy.attempt) == (True, 2)
    assert Job.objects.filter(key=f"redline:{copy.pk}:2").exists()


def test_only_who_may_read_both_versions_asks_for_it_or_opens_it(versions, people):
    copy = ask(versions, people["staff"])
    redlines.make_redline(copy.pk)
    for role in ("coc_staff", "cho_lead", "end_user"):  # the newer one is a draft
        with pytest.raises(ObjectDoesNotExist):
            ask(versions, people[role])
        with pytest.raises(ObjectDoesNotExist):
            redlines.open_redline(copy_id=copy.pk, by=people[role])


def test_an_uploaded_file_and_a_version_of_another_document_are_refused(versions, people):
    with pytest.raises(ObjectDoesNotExist):
        ask(versions, people["staff"], against=9)
    DocumentVersion.objects.filter(pk=versions[0].pk).update(source="upload")
    with pytest.raises(DomainError, match="uploaded file"):
        ask(versions, people["staff"])
    assert not RedlineCopy.objects.exists()


def test_the_tab_asks_waits_and_gives_it_to_the_reader(client, versions, people):
    new = versions[1]
    client.force_login(people["staff"])
    tab = f"{new.get_absolute_url()}?tab=changes&against=1&language=es"
    before = client.get(tab).content.decode()
    assert "Acceso" in before
    assert "Make this comparison as PDF" in before
    asked = client.post(
        reverse("documents:redline-ask", kwargs={"slug": "north", "pk": new.pk}), {"against": "1", "language": "es"}
    )
    assert asked.url == f"{tab}#redline-pdf"
    copy = RedlineCopy.objects.get()
    progress = reverse("documents:redline-progress", kwargs={"slug": "north", "pk": copy.pk})
    assert f'hx-get="{progress}"' in client.get(tab).content.decode()
    redlines.make_redline(copy.pk)
    part = client.get(progress, headers={"HX-Request": "true"}).content.decode()
    assert "Download as PDF" in part
    assert "<html" not in part
    pdf = client.get(reverse("documents:redline-file", kwargs={"slug": "north", "pk": copy.pk}))
    assert pdf["Content-Disposition"] == f'attachment; filename="{new.document.number}-v1-v2-redline.es.pdf"'


@pytest.mark.parametrize("sent", [{"against": "x"}, {"against": "1", "language": "fr"}, {}])
def test_a_wrong_wish_is_answered_with_a_sentence(client, versions, people, sent):
    client.force_login(people["staff"])
    answer = client.post(reverse("documents:redline-ask", kwargs={"slug": "north", "pk": versions[1].pk}), sent)
    assert answer.status_code == 409
    assert not RedlineCopy.objects.exists()
