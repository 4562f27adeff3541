"""The Standards as data: whole, readable by every member, and pointed to by every requirement."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hmislead.catalogue.loading import load_standards
from hmislead.catalogue.models import Standard
from hmislead.compliance.registry import ordered
from hmislead.tenancy.settings import DEFINITIONS

pytestmark = pytest.mark.django_db


def test_all_statements_are_there_in_the_order_of_the_document():
    assert Standard.objects.count() == 753
    assert list(Standard.objects.values_list("pk", flat=True)[:2]) == ["INTRO-01", "INTRO-02"]


def test_every_requirement_and_setting_names_statements_that_exist():
    known = set(Standard.objects.values_list("pk", flat=True))
    named = {code: set(each.standards) for each in ordered() for code in [each.code]}
    named |= {key: set(each.standards) for key, each in DEFINITIONS.items()}
    assert {key: codes - known for key, codes in named.items() if codes - known} == {}
    assert all(each.standards for each in ordered())


def test_loading_again_writes_nothing_and_repairs_what_was_changed(django_assert_num_queries):
    Standard.objects.filter(pk="MON-15").update(label="Something else")
    Standard.objects.create(
        pk="OLD-01", position=999, section="", level="", responsible="", kind="", cadence="", label="", line=1, auto=""
    )
    load_standards()
    assert Standard.objects.count() == 753
    assert Standard.objects.get(pk="MON-15").label != "Something else"
    with django_assert_num_queries(3):  # savepoint, read, release
        load_standards()


def test_the_list_is_searched_by_word_section_and_what_is_checked(client, people):
    client.force_login(people["end_user"])
    url = reverse("catalogue:standard-list", kwargs={"slug": "north"})
    assert "753" in client.get(url).content.decode()
    assert "1 statement" in client.get(url, {"q": "MON-15"}).content.decode()
    training = client.get(url, {"section": "Training"}).content.decode()
    assert "TRN-01" in training
    assert "MON-01" not in training
    assert "TRN-14" in client.get(url, {"checked": "true", "q": "TRN-14"}).content.decode()


def test_a_statement_names_what_proves_it(client, people):
    client.force_login(people["staff"])
    body = client.get(reverse("catalogue:standard-detail", kwargs={"slug": "north", "pk": "GOV-06"})).content.decode()
    assert "Participation agreement in force" in body


def test_the_api_gives_statements_to_members_only(client, people):
    url = "/api/v1/i/north/standards/GOV-06/"
    client.force_login(people["cho_lead"])
    assert client.get(url).json()["requirements"][0] == "participation-agreement"
    client.force_login(people["outsider"])
    assert client.get(url).status_code == 404
