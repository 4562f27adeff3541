"""A participation agreement from its first draft to the agencies: completed, commented on, voted on by the CoC's committee,
put into effect and sent to sign. Where this ends, `tests/agreements/test_signing_journey.py` goes on."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from agreements.models import Packet
from hmislead.access.scopes import ROBOT
from hmislead.directory.models import CoC, Designation, Organization
from hmislead.documents import completeness
from hmislead.documents.models import DocumentVersion
from hmislead.documents.operations import writing
from hmislead.tenancy.context import use
from hmislead.tenancy.operations import change_setting
from tests import chromium as chrome
from tests import factories
from tests.agreements.test_packets import member_person, power
from tests.documents import approving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "Participation agreement 2027"


@pytest.fixture
def committee(world, implementation):
    """A committee of five that may approve agreements, and somebody who may sign at each side."""
    with use(implementation):
        made = approving.body(CoC.objects.get(number="OH-504"), approves=["participation"])
        director = member_person(implementation, "director", first_name="Dora", last_name="Director")
        power(director, organization=world.here)
        power(member_person(implementation, "manager"), organization=Organization.objects.get(roles__role="hmis_lead"))
        made.names = [str(seat.person) for seat in approving.seats(made)]
    return made


def at(version):
    return f"/i/north/documents/versions/{version.pk}/"


def write(page, look):
    """Lead staff begin with our text and change a clause, seeing it drawn while they type."""
    page.goto("/i/north/documents/new/")
    page.get_by_label("What kind of document").select_option("participation")
    page.locator("input[name=title]").fill(TITLE)
    look(page)
    page.get_by_role("button", name="Begin the document").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{TITLE}, version 1")
    page.get_by_role("link", name="Edit").first.click()
    page.locator("input[name=heading]").fill("What this agreement is for")
    look(page)
    page.get_by_role("button", name="Save the clause").click()
    expect(page.get_by_role("heading", name="What this agreement is for")).to_be_visible()
    look(page)


def complete(page, look, staff, implementation):
    """The panel says what a reviewer must confirm; the first is confirmed on the page, the others are alike."""
    page.get_by_role("link", name="Completeness").click()
    look(page)
    page.get_by_role("link", name="Confirm").first.click()
    page.get_by_label("Clause that meets it").select_option(index=1)
    look(page)
    page.get_by_role("button", name="Confirm it under my name").click()
    expect(page.get_by_text("is confirmed under your name")).to_be_visible()
    with use(implementation):
        version = DocumentVersion.objects.get(document__title=TITLE)
        for row in completeness.panel(version).missing:
            block = version.blocks.filter(standards__contains=[row.standard]).first()
            writing.attest(version_id=version.pk, standard=row.standard, block_id=block.pk, by=staff)
    page.goto(at(version))
    expect(page.get_by_text("100 % of what it owes is there")).to_be_visible()
    return version


def ask_for_comments(page, look):
    page.get_by_role("link", name="Open for comments").click()
    page.get_by_label("Last day of comments").fill(str(factories.TODAY + dt.timedelta(days=14)))
    page.locator("label", has_text="Agencies").click()
    look(page)
    page.get_by_role("button", name="Open and tell them").click()
    look(page)


def comment(page, look, version):
    """An agency's lead says what should be different, on a phone."""
    page.goto(at(version))
    look(page)
    page.get_by_role("link", name="Comment", exact=True).click()
    page.get_by_label("What should be different, and why").fill("Say how much notice is given.")
    look(page)
    page.get_by_role("button", name="Send the comment").click()
    expect(page.get_by_text("Say how much notice is given.").first).to_be_visible()


def answer_and_submit(page, look, version):
    page.goto("/i/north/comments/")
    page.get_by_role("link", name="Say how much notice is given.").click()
    page.get_by_role("link", name="Answer").first.click()
    page.locator("label", has_text="Not accepted").click()
    page.get_by_label("Why, or what was changed").fill("The clause on ending it says so.")
    look(page)
    page.get_by_role("button", name="Keep the answer").click()
    page.goto("/i/north/comment-periods/")
    page.get_by_role("link", name=TITLE).first.click()
    page.locator("summary", has_text="More").first.click()
    page.get_by_role("button", name="Close it today").click()
    page.goto(at(version))
    page.get_by_role("link", name="Submit for approval").click()
    page.get_by_label("What changed since the last version").fill("The first version.")
    look(page)
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_role("link", name="Ask for approval").click()
    look(page)
    page.locator("form.form button[type=submit]").click()
    expect(page.get_by_text("requested").first).to_be_visible()
    look(page)


def record_the_vote(page, look, committee):
    """CoC staff record what the committee decided: four for it, one stepped back."""
    *present, partial = committee.names
    page.goto("/i/north/decisions/new/")
    page.get_by_role("link", name=committee.name).click()
    page.get_by_label("Day of the meeting").fill(str(factories.TODAY))
    page.locator("label", has_text=TITLE).click()
    page.get_by_label("Motion").fill("To approve the agreement.")
    page.get_by_label("Moved by").select_option(index=1)
    page.get_by_label("Seconded by").select_option(index=2)
    page.locator("label", has_text="Approved").first.click()
    for name in present:
        page.get_by_label(f"Vote of {name}").select_option("yes")
    page.get_by_label(f"Vote of {partial}").select_option("recused")
    page.get_by_label(f"Why {partial} stepped back").fill("Works for Harbor House.")
    look(page)
    page.locator("form.form button[type=submit]").click()
    expect(page.get_by_text("approved").first).to_be_visible()
    look(page)


def put_into_effect(page, look, version):
    page.goto(at(version))
    page.get_by_role("link", name="Put it into effect").click()
    page.locator("label", has_text="Yes, everybody signs again").click()
    look(page)
    page.locator("form.form button[type=submit]").click()
    expect(page.get_by_text("in effect").first).to_be_visible()


def fill_in():
    """What the text names and nobody has said so far."""
    change_setting(key="fields.lead_email", value="help@lead.example.org", by=ROBOT)
    change_setting(key="fields.help_url", value="https://lead.example.org/help", by=ROBOT)
    Designation.objects.create(
        coc=CoC.objects.get(number="OH-504"),
        kind="software",
        software="Lantern",
        organization=factories.OrganizationFactory(name="Lantern Software"),
        decided_on=factories.LONG_AGO,
        starts_on=factories.LONG_AGO,
    )


def send(page, look, version, implementation):
    """A campaign to all agencies: every mail is looked over, and it says to whom it could not go and why."""
    page.goto(f"/i/north/campaigns/new/{version.pk}/")
    page.get_by_label("Name").fill("Sign the agreement of 2027")
    page.get_by_label("Last day to sign").fill(str(factories.TODAY + dt.timedelta(days=30)))
    look(page)
    page.locator("form.form button[type=submit]").click()
    page.get_by_role("link", name="Look over every mail").first.click()
    expect(page.get_by_text("participation agreement 2027").first).to_be_visible()
    look(page)
    page.go_back()
    page.get_by_role("button", name="Send to 2").click()
    expect(page.get_by_text("Harbor House: The document needs what is not known yet")).to_be_visible()
    expect(page.get_by_text("is not in effect in the CoC of Neighbor Services")).to_be_visible()
    look(page)
    with use(implementation):
        fill_in()
    page.get_by_role("button", name="Send to the rest").click()
    expect(page.get_by_role("heading", name="Not sent to 1")).to_be_visible()
    expect(page.get_by_role("cell", name="Harbor House").first).to_be_visible()
    look(page)


def test_from_the_first_draft_to_the_agencies(windows, world, committee, look, implementation):
    desk = windows.open(world.users["staff"])
    write(desk, look)
    version = complete(desk, look, world.users["staff"], implementation)
    ask_for_comments(desk, look)
    comment(windows.open(world.users["cho_lead"], width=chrome.PHONE), look, version)
    answer_and_submit(desk, look, version)
    record_the_vote(windows.open(world.users["coc_staff"]), look, committee)
    put_into_effect(desk, look, version)
    send(desk, look, version, implementation)
    with use(implementation):
        packet = Packet.objects.get()
        assert (packet.version, packet.parties.get(role="cho").organization) == (version, world.here)
        director = packet.signers.get(position=1).candidates.get().person.user
    phone = windows.open(director, width=chrome.PHONE)
    phone.goto("/i/north/")
    phone.get_by_role("link", name="Read and sign").first.click()
    expect(phone.get_by_role("heading", name="What this agreement is for")).to_be_visible()
    look(phone)
