"""The log of legal reviews: who records them, what is refused, who reads them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from hmislead.documents.models import LegalReview
from hmislead.documents.operations.legal import record_legal_review
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from tests.documents import factories as documents
from tests.files.samples import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(coc):
    return documents.version("policies_procedures", title="Policies", cocs=[coc])


def record(version, by, **changes):
    values = {"reviewer": "Counsel", "reviewed_on": settings.today(), "outcome": "fits", **changes}
    return record_legal_review(document_id=version.document_id, by=by, **values)


def url(name, **kwargs):
    return reverse(f"documents:{name}", kwargs={"slug": "north", **kwargs})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reviewer": " "}, "who reviewed"),
        ({"outcome": "fine"}, "what the review found"),
        ({"version_number": 2}, "no version 2"),
    ],
)
def test_what_a_review_must_say(people, version, changes, words):
    with pytest.raises(DomainError, match=words):
        record(version, people["staff"], **changes)
    assert not LegalReview.objects.exists()


@pytest.mark.parametrize(("ahead", "fits"), [(0, True), (1, False)])
def test_a_review_is_recorded_once_it_is_done(people, version, ahead, fits):
    day = settings.today() + dt.timedelta(days=ahead)
    if fits:
        assert record(version, people["staff"], reviewed_on=day).reviewed_on == day
    else:
        with pytest.raises(DomainError, match="lies ahead"):
            record(version, people["staff"], reviewed_on=day)


@pytest.mark.parametrize("name", ["coc_staff", "cho_lead", "auditor", "end_user"])
def test_only_lead_staff_record(people, version, name):
    with pytest.raises(PermissionDenied):
        record(version, people[name])


def test_the_form_keeps_the_opinion_and_its_file_on_the_page_of_the_document(people, client, version):
    client.force_login(people["staff"])
    sent = {
        "reviewer": "Counsel", "reviewed_on": settings.today().isoformat(), "version_number": "1", "outcome": "changes",
        "covers": "Ohio", "opinion": "Name the years.", "file": pdf(),
    }  # fmt: skip
    assert client.post(url("legal-review-new", pk=version.document_id), sent).status_code == 302
    review = LegalReview.objects.get()
    assert (review.version_number, review.recorded_by, bool(review.file)) == (1, people["staff"], True)
    page = client.get(version.document.get_absolute_url()).content.decode()
    assert "Changes are asked for" in page
    assert str(review.file_id) in page
    client.force_login(people["coc_staff"])
    page = client.get(version.document.get_absolute_url()).content.decode()
    assert "Name the years." in page
    assert str(review.file_id) not in page


def test_the_list_filters_and_exports(people, client, version):
    record(version, people["staff"])
    record(version, people["staff"], reviewer="Office of law", outcome="open")
    client.force_login(people["coc_staff"])
    shown = b"".join(client.get(url("legal-review-list") + "?outcome=open&export=csv")).decode()
    assert "Office of law" in shown
    assert "Counsel" not in shown
