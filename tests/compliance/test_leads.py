"""Whoever is told that something is missing is led to a page they may open, by a button that says what they may do there."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.urls import resolve, reverse

from hmislead.access import scopes
from hmislead.access.permissions import MEMBER, OWN, PERMISSIONS
from hmislead.compliance import registry
from hmislead.compliance.models import State, Status
from hmislead.directory.models import Person
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation
from tests.pages_world import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ITEM = re.compile(
    r'<a class="button button-outline" href="([^"]+)">([^<]+)<span class="usa-sr-only">: You: ([^<]+)</span>'
)
NEED = re.compile(r'<a class="button button-outline" href="([^"]+)">([^<]+)<')


def own_requirements(person, by):
    """The requirements of this person and their license, all of them broken."""
    rows = Status.objects.visible_to(by).filter(person=person, requirement__in=registry.REQUIREMENTS)
    rows.update(state=State.NOT_MET)
    return list(rows)


def view_of(url):
    return resolve(urlsplit(url).path).view_name


def test_every_role_is_led_where_it_may_go(client, laid_world):
    """The home page of every role, and the page of every requirement it may read."""
    world, met = laid_world, set()
    implementation = Implementation.objects.get(slug=world.slug)
    with use(implementation):
        Status.objects.update(state=State.NOT_MET)
    for who in ROLES:
        client.force_login(world.users[who])
        wanted = dict.fromkeys(url for url, _ in NEED.findall(client.get(f"/i/{world.slug}/").content.decode()))
        leads = {}
        with use(implementation):
            access = scopes.of(world.users[who])
            for row in Status.objects.visible_to(world.users[who]):
                requirement = registry.REQUIREMENTS[row.requirement]
                words, url = requirement.lead(access, world.slug, row.subject_id)
                assert words in {requirement.fix, registry.SEE, ""}
                assert bool(words) == bool(url)
                leads |= {url: words} if url else {}
                met.add((who, row.requirement, words))
        # Every item of the home page; of the requirements, one page answers for all of its kind.
        wanted = {url if "/requirements/" not in url else "one": url for url in wanted}
        wanted |= {view_of(url): url for url in leads}
        refused = {url for url in wanted.values() if client.get(unescape(url)).status_code != 200}
        assert refused == set(), who
    assert ("staff", "participation-agreement", "Record the agreement") in met
    assert ("cho_lead", "participation-agreement", "See it") in met
    assert ("cho_lead", "contacts", "Name or re-affirm contacts") in met
    assert ("security_officer", "contacts", "See it") in met
    assert ("coc_staff", "hmis-lead-designated", "Record the designation") in met
    assert ("security_officer", "agreements-signed-in-time", "") in met
    assert ("monitor", "grievances-in-time", "") in met


def test_an_end_user_records_nothing_but_their_own(client, laid_world):
    """They certify and acknowledge for themselves; their agreement is recorded by the HMIS Lead."""
    world = laid_world
    user = world.users["end_user"]
    with use(Implementation.objects.get(slug=world.slug)):
        person = Person.objects.get(user=user)
        assert own_requirements(person, user)
    client.force_login(user)
    home = client.get(f"/i/{world.slug}/").content.decode()
    told = {title: button for _, button, title in ITEM.findall(home)}
    assert told["Your yearly security statement"] == "Certify the security rules"
    assert told["The user&#x27;s signed agreement"] == "See it"
    license = client.get(reverse("directory:me", kwargs={"slug": world.slug}), follow=True).content.decode()
    assert "Record the agreement" not in home + license


def test_what_puts_it_right_names_permissions_that_exist():
    named = {each for requirement in registry.REQUIREMENTS.values() for each in requirement.fixed_by}
    assert named <= {*PERMISSIONS, MEMBER, OWN}
