"""Three people sign in with their passwords: each finds their own, and nothing of anybody else's."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from hmislead.directory.models import License, Organization
from hmislead.tenancy.context import use
from tests.directory.license_samples import license_at
from tests.journeys.conftest import BELOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "nine lanterns on the pier"


@pytest.fixture
def elsewhere(world, implementation):
    """A license at the other agency."""
    with use(implementation):
        return license_at(world.there)


def sign_in(page, user):
    user.set_password(PASSWORD)
    user.save()
    page.goto(f"/accounts/login/?next={BELOW}")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{BELOW}")


def agencies_shown(page):
    page.goto("agencies/")
    return page.locator("#items tbody th a").all_inner_texts()


def refused(page, path):
    return page.goto(path).status


def names_seen(implementation, user):
    with use(implementation):
        return sorted(Organization.objects.visible_to(user).current().values_list("name", flat=True))


def test_the_lead_of_an_agency_sees_that_agency(world, elsewhere, windows, look, implementation):
    page = windows.open(below=BELOW)
    sign_in(page, world.users["cho_lead"])
    look(page)
    assert agencies_shown(page) == names_seen(implementation, world.users["cho_lead"]) == ["Harbor House"]
    look(page)
    page.goto("licenses/")
    expect(page.get_by_role("link", name="Ada Quill")).to_be_visible()
    expect(page.get_by_text(str(elsewhere.person))).to_have_count(0)
    look(page)
    for path in (f"agencies/{world.there.pk}/", f"licenses/{elsewhere.pk}/", f"people/{elsewhere.person_id}/"):
        assert refused(page, path) == 404


def test_an_end_user_sees_themselves(world, elsewhere, windows, look, implementation):
    user = world.users["end_user"]
    page = windows.open(below=BELOW)
    sign_in(page, user)
    look(page)
    page.goto("me/")
    expect(page.get_by_text("Ada Quill").first).to_be_visible()
    look(page)
    with use(implementation):
        assert list(License.objects.visible_to(user)) == [world.license]
    assert page.goto(f"licenses/{world.license.pk}/").status == 200
    look(page)
    assert refused(page, f"licenses/{elsewhere.pk}/") == 404
    assert refused(page, "licenses/") == 403
    assert refused(page, "agencies/") == 403


def test_coc_staff_see_the_share_of_their_coc_and_no_people(world, elsewhere, windows, look, implementation):
    user = world.users["coc_staff"]
    page = windows.open(below=BELOW)
    sign_in(page, user)
    look(page)
    assert agencies_shown(page) == names_seen(implementation, user) == ["Harbor House"]
    look(page)
    page.goto(f"agencies/{world.here.pk}/")
    expect(page.get_by_role("heading", name="Harbor House", level=1)).to_be_visible()
    expect(page.get_by_text("Ada Quill")).to_have_count(0)
    look(page)
    with use(implementation):
        assert not License.objects.visible_to(user).exists()
    assert refused(page, f"agencies/{world.there.pk}/") == 404
    assert refused(page, f"licenses/{world.license.pk}/") in {403, 404}
    assert refused(page, "people/") == 403
