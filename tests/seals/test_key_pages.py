"""The page that retires a key says what will happen, and does it when told so."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.seals import operations
from hmislead.seals.models import SealKey
from hmislead.tenancy import operations as tenancy

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(tenant):
    tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)
    return operations.current_key()


def url(name):
    return reverse(f"seals:{name}", kwargs={"slug": "north"})


def test_a_key_is_retired_only_after_the_question(client, people, key):
    client.force_login(people["administrator"])
    shown = client.get(url("key-list")).content.decode()
    assert f'href="{url("rotate")}"' in shown
    asked = client.get(url("rotate")).content.decode()
    assert "cannot be brought back" in asked
    assert SealKey.objects.get().retired_at is None
    answer = client.post(url("rotate"))
    assert answer["Location"] == url("key-list")
    key.refresh_from_db()
    assert key.retired_at
    assert SealKey.objects.filter(retired_at=None).count() == 1


def test_who_may_only_look_is_not_offered_it(client, people, key):
    client.force_login(people["auditor"])
    assert url("rotate") not in client.get(url("key-list")).content.decode()
    assert client.post(url("rotate")).status_code == 403
    key.refresh_from_db()
    assert key.retired_at is None
