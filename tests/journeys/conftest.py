"""An implementation with two agencies in two CoCs, people of every kind, and Chromium as they use it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.celery import app
from hmislead.tenancy import operations as tenancy
from hmislead.tenancy.context import use
from tests import chromium as chrome
from tests import factories
from tests.agreements.factories import lead
from tests.reporting import samples

BELOW = "/i/north/"


@pytest.fixture(scope="module")
def browser():
    with chrome.chromium() as launched:
        yield launched


@pytest.fixture
def windows(browser, live_server, settings, tmp_path):
    """Opens pages; whatever the browser complained about fails the test. Jobs are done in the same breath."""
    settings.PUBLIC_URL, settings.MEDIA_ROOT = live_server.url, tmp_path
    app.conf.task_always_eager = True
    opened = chrome.Windows(browser, live_server.url)
    yield opened
    opened.close()
    app.conf.task_always_eager = False
    assert opened.complaints == []


@pytest.fixture
def look():
    """`look(page)`: no fault that axe finds on the page, and nothing off its side on a desk or on a phone."""

    def check(page):
        page.wait_for_load_state()
        assert chrome.violations(page) == [], page.url
        for width in (chrome.PHONE, chrome.DESK):
            assert not chrome.runs_off_the_side(page, width), (page.url, width)

    return check


@dataclass
class World:
    """`users` by role; agencies: `here` in OH-504, where Ada works, and `there` in OH-505."""

    users: dict[str, Any]
    here: Any
    there: Any
    license: Any


@pytest.fixture
def world(transactional_db, implementation):
    """Harbor House lacks its agreement with the HMIS Lead; so does Neighbor Services. Else Ada's papers are in order."""
    with use(implementation):
        tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)
        lead()
        here, there = new_agency("Harbor House", "OH-504"), new_agency("Neighbor Services", "OH-505")
        license = _with_papers(here)
        roles = {
            "staff": ("lead_staff", {}),
            "cho_lead": ("cho_lead", {"organization": here}),
            "neighbour": ("cho_lead", {"organization": there}),
            "coc_staff": ("coc_staff", {"coc": here.participations.get().coc}),
            "administrator": ("lead_administrator", {}),
        }
        users = {name: factories.member(implementation, name) for name in (*roles, "end_user")}
        for name, (role, at) in roles.items():
            access_operations.grant_role(user=users[name], role=role, by=ROBOT, **at)
        license.person.user, license.person.email = users["end_user"], users["end_user"].email
        license.person.save()
        samples.evaluated(samples.today() - dt.timedelta(days=1), samples.today())
    return World(users, here, there, license)


def new_agency(name, coc):
    """A CHO with an active project that takes part in a CoC of its own, and has no agreement."""
    made = factories.OrganizationFactory(name=name)
    factories.OrganizationRoleFactory(organization=made)
    factories.ParticipationFactory(organization=made, coc=factories.CoCFactory(number=coc, name=f"{coc} CoC"))
    factories.HMISParticipationFactory(project__organization=made)
    return made


def _with_papers(agency):
    """Ada, trained and with a signed agreement of her own; a roster of yesterday."""
    earlier = samples.roster(samples.today() - dt.timedelta(days=1))
    earlier.number = 1000  # out of the way of those that are brought in
    earlier.save()
    return samples.person("Ada Quill", agency, today=samples.today(), username="ada", account_state="active")
