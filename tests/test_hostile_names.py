"""Names come from files that others made. None of them becomes a part of a page, whoever opens it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.compliance import engine
from hmislead.tenancy import operations as tenancy
from tests.test_every_page import ROWS, address, objects_of, patterns

pytestmark = pytest.mark.django_db
ARMED = "\"'><img src=x onerror=alert(1)>"
TAG = b"<img src=x"
NAMES = {"name", "common_name", "first_name", "last_name", "job_title", "access_role"}
# Whose pages are looked at: the one who sees most, and one who sees through other templates.
ROLES = ("staff", "cho_lead")


@pytest.fixture
def hostile(people, agency, coc):
    """One of everything at `agency`, each named like an attack."""
    tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)
    made = objects_of(agency)
    for thing in (*made.values(), coc):
        for field in {each.name for each in thing._meta.fields} & NAMES:
            setattr(thing, field, ARMED)
        thing.save()
    engine.recheck(organizations=[agency.pk])
    return made | {"cocs": coc}


@pytest.mark.parametrize("role", ROLES)
def test_no_page_runs_what_a_name_says(client, people, tenant, hostile, role):
    client.force_login(people[role])
    shown, broken = 0, []
    for name, _ in ROWS:
        kind, _, rest = patterns()[name][1].partition("/")
        about = hostile.get(kind) if rest.startswith("<uuid:pk>") else None
        answer = client.get(address(name, tenant.slug, about.pk) if about else address(name, tenant.slug))
        if answer.status_code != 200 or answer.streaming:
            continue
        shown += b"&lt;img src=x" in answer.content
        if TAG in answer.content:
            broken.append(name)
    assert broken == []
    # The names were there to be escaped, or the test would pass for the wrong reason.
    assert shown > 10


def test_an_address_to_go_on_to_is_never_another_site(client, people, tenant):
    client.force_login(people["staff"])
    for where in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        sent = {"page": "directory.people", "name": f"x{where}"[:20], "next": where}
        answer = client.post(reverse("saved_views:save", kwargs={"slug": tenant.slug}), sent)
        assert "evil" not in answer.get("Location", "")
        assert not answer.get("Location", "").startswith("javascript")
        signed_in = client.get("/accounts/login/", {"next": where})
        assert "evil" not in signed_in.get("Location", "")
