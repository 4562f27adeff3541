"""Answers that say no in words."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_address_of_a_button_says_what_it_is(client, people, tenant):
    client.force_login(people["staff"])
    button = reverse("notices:notice-read-all", kwargs={"slug": tenant.slug})
    answer = client.get(button)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address belongs to a button" in answer.content.decode()
    assert "Nothing was changed" in answer.content.decode()
