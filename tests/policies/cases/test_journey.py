"""In Chromium: a report without a sign-in, its class, a sanction, the license suspended, an appeal, and the license back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from hmislead.compliance import registry
from hmislead.compliance.engine import recheck
from hmislead.directory.models import License
from hmislead.tenancy.context import use
from hmislead.tenancy.operations import change_setting
from policies.cases.models import Deviation, Sanction
from policies.cases.operations import ladder
from tests import chromium as chrome
from tests import factories
from tests.pages_world import _user

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BELOW = "/i/north/"


@pytest.fixture
def windows(live_server):
    expect.set_options(timeout=45_000)
    with chrome.chromium() as browser:
        opened = chrome.Windows(browser, live_server.url)
        yield opened
        opened.close()
        assert opened.complaints == []


@pytest.fixture
def users(transactional_db, implementation, monkeypatch):
    """Staff, and an end user with a license in use. Of what shuts the gate only a sanction counts here."""
    monkeypatch.setattr(registry, "blocking", lambda: ["not-sanctioned"])
    with use(implementation):
        coc, agency = factories.CoCFactory(number="OH-504"), factories.OrganizationFactory(name="Harbor House")
        factories.OrganizationRoleFactory(organization=agency)
        factories.ParticipationFactory(organization=agency, coc=coc)
        made = {name: _user(implementation, name, coc, agency) for name in ("administrator", "staff", "end_user")}
        person = factories.PersonFactory(first_name="Ada", last_name="Quill", user=made["end_user"])
        license = factories.LicenseFactory(person=person, organization=agency)
        recheck(licenses=[license.pk])
        ladder.load_shipped(by=made["staff"])
        change_setting(key="cases.appeal_suspends", value=True, by=made["administrator"])
        change_setting(key="mfa.required_roles", value=[], by=made["administrator"])
    return made


def check(page):
    """No fault that axe finds on a desk or on a phone, and nothing off the side."""
    assert chrome.violations(page) == []
    assert not chrome.runs_off_the_side(page, chrome.PHONE)
    assert chrome.violations(page, chrome.NARROW_RULES) == []
    page.set_viewport_size({"width": chrome.DESK, "height": 900})


def opened_by(windows, user=None, **more):
    """A page that waits longer than usual: suspending a license checks a great deal."""
    page = windows.open(user, **more)
    page.set_default_timeout(45_000)
    return page


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def state_of(implementation):
    with use(implementation):
        sanction = Sanction.objects.filter(kind="license_suspension").first()
        return sanction.state if sanction else "", License.objects.get().state


def report_in_public(windows):
    page = opened_by(windows, width=chrome.PHONE)
    page.goto("/p/north/")
    page.get_by_role("link", name="Report that a policy was not kept").click()
    check(page)
    page.get_by_label("At which agency").select_option(label="Harbor House")
    page.get_by_label("What happened").fill("Client Mary, born 3/14/1985, was read aloud.")
    press(page, "Send")
    expect(page.get_by_text("This seems to hold a date of birth and a name")).to_have_count(2)
    check(page)
    page.get_by_label("What happened").fill("Somebody used the login of a worker who had left.")
    press(page, "Send")
    expect(page.get_by_role("heading", name="It arrived.")).to_be_visible()
    check(page)
    return re.search(r"DV-\d{4}-\d{3}", page.content())[0], page.locator("code").inner_text()


def test_from_a_report_to_the_license_and_back(windows, users, implementation):
    number, code = report_in_public(windows)
    staff = opened_by(windows, users["staff"], below=BELOW)
    review(staff, number)
    address = propose(staff)
    approve(opened_by(windows, users["administrator"]), address)
    assert state_of(implementation) == ("proposed", "active")
    give_notice(staff, address)
    assert state_of(implementation) == ("in_effect", "suspended")
    file_appeal(opened_by(windows, users["end_user"]))
    assert state_of(implementation) == ("appealed", "active")
    reject_appeal(staff, address)
    assert state_of(implementation) == ("in_effect", "suspended")
    lift(staff)
    assert state_of(implementation) == ("lifted", "active")
    follow_in_public(windows, number, code)
    with use(implementation):
        assert Deviation.objects.get().reporter is None


def review(staff, number):
    staff.goto("cases/deviations/")
    check(staff)
    staff.get_by_role("link", name=number).click()
    check(staff)
    staff.get_by_role("link", name="Review this report").first.click()
    check(staff)
    staff.get_by_label("Class of the violation").select_option(label="Major")
    staff.get_by_label("What was found").fill("The login was used for two weeks.")
    press(staff, "Save review")


def propose(staff):
    """From the page of the report. Returns the address of the sanction."""
    staff.get_by_role("link", name="Propose a sanction").click()
    staff.locator("select[name=license]").select_option(label="Ada Quill at Harbor House", force=True)
    staff.locator("label", has_text="A login was shared after somebody left").click()
    staff.get_by_label("What was found").fill("A login was shared after its owner had left.")
    check(staff)
    press(staff, "Propose sanction")
    expect(staff.get_by_text("Offense 2. By the ladder: license suspended.")).to_be_visible()
    expect(staff.get_by_text("A Lead administrator approves it first")).to_be_visible()
    check(staff)
    return staff.url


def approve(boss, address):
    boss.goto(address)
    boss.get_by_role("link", name="Record the approval").first.click()
    boss.get_by_label("Record of the approval").fill("I agree.")
    press(boss, "Record approval")


def give_notice(staff, address):
    staff.goto(address)
    staff.get_by_role("link", name="Give notice of this sanction").first.click()
    check(staff)
    press(staff, "Give notice")
    expect(staff.get_by_text("Notice given. It is in effect.")).to_be_visible()


def file_appeal(ada):
    ada.goto(BELOW)
    ada.get_by_role("link", name="Read the notice").first.click()
    check(ada)
    ada.get_by_role("link", name="Appeal").click()
    check(ada)
    ada.get_by_label("Why it should be looked at again").fill("I was on leave in these weeks.")
    press(ada, "File appeal")
    expect(ada.get_by_text("It does not act until the appeal is decided.")).to_be_visible()


def reject_appeal(staff, address):
    staff.goto(address)
    staff.get_by_role("link", name="Decide the appeal").first.click()
    check(staff)
    staff.locator("label", has_text="The sanction stands").click()
    staff.get_by_label("Reasons").fill("The login was shared before.")
    press(staff, "Decide appeal")


def lift(staff):
    staff.get_by_role("link", name="Lift this sanction").first.click()
    check(staff)
    staff.get_by_label("Why").fill("The training was completed.")
    press(staff, "Lift sanction")


def follow_in_public(windows, number, code):
    followed = opened_by(windows)
    followed.goto("/p/north/follow/")
    check(followed)
    followed.get_by_label("Number").fill(number)
    followed.get_by_label("Code").fill(code)
    press(followed, "Show")
    expect(followed.get_by_text("Action taken")).to_be_visible()
    check(followed)
