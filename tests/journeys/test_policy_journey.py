"""A policy from its redline to an acknowledgement with a quiz, in Chromium: rule, quiz, changes, a failed try, a yes."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.compliance import engine
from hmislead.compliance.models import Status
from hmislead.documents.models import VersionEffect
from hmislead.tenancy import operations as tenancy
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from policies.models import Acknowledgement
from tests import chromium as chrome
from tests import factories
from tests.documents.factories import next_version, version
from tests.policies.conftest import publish

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OLD = (("Duties", "Never share a sign-in."), ("Leaving", "Say so within five days."))
NEW = (("Duties", "Never share a sign-in."), ("Leaving", "Say so within one business day."))
QUESTIONS = {
    "May I lend my sign-in to a colleague?": ("Yes, for a day", "No, never"),
    "When must a departure be told?": ("Within a month", "Within one business day"),
}


@pytest.fixture(scope="module")
def browser():
    with chrome.chromium() as launched:
        yield launched


@pytest.fixture
def world(transactional_db, implementation):
    """A policy whose second version took effect ten days ago, and a user who acknowledged the first last year."""
    with use(implementation):
        tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)
        coc, agency = factories.CoCFactory(number="OH-504"), factories.OrganizationFactory(name="Harbor House")
        factories.OrganizationRoleFactory(organization=agency)
        factories.ParticipationFactory(organization=agency, coc=coc)
        staff, user = factories.member(implementation, "staff"), factories.member(implementation, "end_user")
        access_operations.grant_role(user=staff, role="lead_staff", by=ROBOT)
        person = factories.PersonFactory(user=user, email=user.email, first_name="Ada", last_name="Quill")
        factories.LicenseFactory(person=person, organization=agency)
        first = publish(
            version("policies_procedures", title="HMIS policies", texts=OLD, cocs=[coc], state="superseded")
        )
        second = publish(next_version(first.document, texts=NEW, cocs=[coc], changes="Departures are told sooner."))
        VersionEffect.objects.filter(version=second).update(effective_from=settings.today() - dt.timedelta(days=10))
        Acknowledgement.objects.create(
            person=person, version=first, language="en", read_at=dt.datetime(2025, 3, 1, 15, tzinfo=dt.UTC),
            read_on=dt.date(2025, 3, 1), signed_name="Ada Quill", sha256="1" * 64,
        )  # fmt: skip
    return {"staff": staff, "user": user, "person": person, "first": first, "second": second}


@pytest.fixture
def windows(browser, live_server, implementation):
    opened = chrome.Windows(browser, live_server.url)
    yield opened
    opened.close()
    assert opened.complaints == []


def holds(page):
    """Nothing that axe finds, and nothing off the side of a phone or a desk."""
    assert chrome.violations(page) == []
    for width in (chrome.PHONE, chrome.DESK):
        assert not chrome.runs_off_the_side(page, width)


def make_the_quiz(page):
    """Lead staff write a quiz of two questions and ask for it with the policy."""
    page.goto("/i/north/quizzes/new/")
    page.get_by_label("Title").fill("HMIS policies")
    page.get_by_label("Percent needed to pass").fill("100")
    page.get_by_label("Attempts allowed").fill("2")
    holds(page)
    page.get_by_role("button", name="Add quiz").click()
    for text, (wrong, right) in QUESTIONS.items():
        page.get_by_role("link", name="Add a question").first.click()
        page.locator("input[name=text]").fill(text)
        page.get_by_label("Answers").fill(f"{wrong}\n* {right}")
        holds(page)
        page.get_by_role("button", name="Save question").click()
    expect(page.get_by_text("No, never")).to_be_visible()
    holds(page)


def make_the_rule(page, document):
    page.goto("/i/north/policies/rules/new/")
    page.get_by_label("Document").select_option(str(document.pk))
    page.locator("label", has_text="End users").click()
    page.get_by_label("Quiz").select_option(label="HMIS policies")
    page.get_by_label("Asked for from").fill("2025-01-01")
    holds(page)
    page.get_by_role("button", name="Add rule").click()
    expect(page.get_by_role("link", name="HMIS policies").first).to_be_visible()
    holds(page)


def answer(page, right):
    """Take the quiz: every question `right`, or none."""
    page.get_by_role("button", name="Take the quiz").click()
    for wrong, good in QUESTIONS.values():
        page.locator("label", has_text=good if right else wrong).click()
    holds(page)
    page.get_by_role("button", name="Send answers").click()


def test_a_policy_from_redline_to_acknowledgement(windows, world, implementation):
    desk = windows.open(world["staff"])
    desk.goto(f"/i/north/documents/versions/{world['second'].pk}/?tab=changes")
    expect(desk.locator("ins").first).to_contain_text("one")
    holds(desk)
    make_the_quiz(desk)
    make_the_rule(desk, world["first"].document)

    phone = windows.open(world["user"], width=chrome.PHONE)
    phone.goto("/i/north/policies/mine/")
    holds(phone)
    phone.get_by_role("link", name="acknowledge").first.click()
    expect(phone.get_by_text("Departures are told sooner.")).to_be_visible()
    holds(phone)
    phone.get_by_role("link", name="See every change").click()
    expect(phone.locator("ins").first).to_contain_text("one")
    holds(phone)
    phone.go_back()

    answer(phone, right=False)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Not passed yet")
    expect(phone.get_by_text("Right: ")).to_have_count(0)
    expect(phone.get_by_text("You can try again 1 time.")).to_be_visible()
    holds(phone)
    phone.get_by_role("link", name="Back to the document").click()
    answer(phone, right=True)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("You passed")
    holds(phone)
    phone.get_by_role("link", name="Acknowledge the document").click()

    phone.get_by_role("button", name="Acknowledge").click()  # refused: nothing was ticked
    expect(phone.get_by_text("Tick this box once you have read the document.").first).to_be_visible()
    holds(phone)
    phone.locator("label", has_text="I have read this document").click()
    phone.get_by_label("Your name").fill("Ada Quill")
    phone.get_by_role("button", name="Acknowledge").click()
    expect(phone.get_by_text("Thank you. You acknowledged")).to_be_visible()
    holds(phone)

    with use(implementation):
        made = Acknowledgement.objects.get(version=world["second"])
        assert (made.person, made.sha256, made.attempt.passed) == (world["person"], "2" * 64, True)
        engine.evaluate_all(settings.today())
        assert Status.objects.get(requirement="policies-acknowledged", subject_id=made.person_id).state == "met"

    desk.goto("/i/north/policies/acknowledgements/")
    expect(desk.get_by_text("Ada Quill").first).to_be_visible()
    holds(desk)
