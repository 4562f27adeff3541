"""Three signers in order in Chromium at 390 px, one of them by a personal link with the code from the mail; then the sealed
copy in the hands of other programs, and the renewal; axe on each page."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core import mail
from playwright.sync_api import expect, sync_playwright
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature

from agreements.models import Packet
from agreements.operations import copies, packets
from agreements.parties import PartyData
from agreements.signers import CandidateData, SignerData
from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.celery import app
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from tests import chromium as chrome
from tests import factories
from tests.agreements.factories import lead
from tests.agreements.test_packets import member_person, power
from tests.documents import factories as documents

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(autouse=True)
def _at_once(settings, live_server):
    """Mail leaves in the same breath, with links to the server under test."""
    settings.PUBLIC_URL = live_server.url
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def world(transactional_db, implementation):
    """A vendor contract: the vendor from outside, then its sponsor at the HMIS Lead, then the HMIS Lead's director."""
    with use(implementation):
        vendor = factories.OrganizationFactory(name="Lantern Software")
        factories.OrganizationRoleFactory(organization=vendor, role="vendor")
        the_lead = lead()
        sponsor = member_person(implementation, "sponsor", first_name="Sam", last_name="Sponsor")
        director = member_person(implementation, "manager", first_name="Max", last_name="Manager")
        access_operations.grant_role(user=sponsor.user, role="lead_staff", by=ROBOT)
        power(director, "HMIS Director", organization=the_lead)
        version = documents.version("vendor", title="Vendor contract")
        documents.block(version, 2, heading="We keep data safe", body="All data is encrypted.", initials=True)
        outside = CandidateData(name="Vera Vendor", email="vera@vendor.example", title="President")
        packet = packets.prepare_packet(
            version_id=version.pk,
            parties=[PartyData("vendor", organization_id=vendor.pk), PartyData("lead", organization_id=the_lead.pk)],
            signers=[
                SignerData("vendor", (outside,), 1),
                SignerData("lead", (CandidateData(sponsor.pk),), 2, "Sponsor", must_be_signatory=False),
                SignerData("lead", (CandidateData(director.pk),), 3),
            ],
            deadline_on=settings.today() + dt.timedelta(days=10),
            by=ROBOT,
        )
    return {"packet": packet, "sponsor": sponsor.user, "director": director.user}


@pytest.fixture
def phone(live_server):
    """Opens a page 390 px wide, signed in or not; what the browser complains about fails the test."""
    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome.EXECUTABLE, args=["--no-sandbox"])

        def open_phone(client=None):
            context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url)
            if client:
                key = client.session.session_key
                name = django_settings.SESSION_COOKIE_NAME
                context.add_cookies([{"name": name, "value": key, "url": live_server.url}])
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            return page

        yield open_phone
        browser.close()
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


def check(page):
    """No fault that axe finds, and nothing off the side, on a phone and at 320 px."""
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def sign_here(page, name):
    check(page)
    expect(page.get_by_role("heading", name="We keep data safe")).to_be_visible()
    page.get_by_role("button", name="Sign the vendor contract").click()
    check(page)  # refused: nothing was filled in
    page.get_by_label("Your initials: We keep data safe").fill("".join(part[0] for part in name.split()))
    page.locator("label", has_text="I have read this agreement").click()
    page.get_by_label("Your full name, as your signature").fill(name)
    page.get_by_role("button", name="Sign the vendor contract").click()


def state_of(implementation, packet):
    with use(implementation):
        return Packet.objects.get(pk=packet.pk).state


def test_three_signers_in_order_on_a_phone_then_sealed_and_renewed(world, phone, client, implementation, tmp_path):
    packet = world["packet"]
    client.force_login(world["sponsor"])
    staff = phone(client)
    staff.goto(f"/i/north/packets/{packet.pk}/review/")
    check(staff)
    staff.get_by_role("button", name="Send for signature").click()
    expect(staff.get_by_text("out for signature").first).to_be_visible()
    check(staff)

    outside = phone()
    outside.goto(re.search(r"/sign/[\w-]+/", mail.outbox[-1].body)[0])
    check(outside)
    assert "We keep data safe" not in outside.content()
    outside.get_by_role("button", name="Send me the code").click()
    outside.get_by_label("The six digits from the mail").fill(re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0])
    outside.get_by_role("button", name="Go on").click()
    sign_here(outside, "Vera Vendor")
    expect(outside.get_by_role("heading", name="Thank you, you have signed")).to_be_visible()
    assert state_of(implementation, packet) == "partly"

    for who, name in (("sponsor", "Sam Sponsor"), ("director", "Max Manager")):
        client.force_login(world[who])
        page = phone(client)
        page.goto("/i/north/sign/")
        check(page)
        page.get_by_role("link", name="Read and sign").click()
        sign_here(page, name)
        expect(page.get_by_text("You signed on")).to_be_visible()
    assert state_of(implementation, packet) == "complete"
    client.force_login(world["sponsor"])
    staff = phone(client)
    staff.goto(f"/i/north/packets/{packet.pk}/")
    expect(staff.get_by_text("signed by all").first).to_be_visible()
    check(staff)
    sealed_copy_is_intact(implementation, packet, tmp_path)
    staff.reload()
    expect(staff.get_by_role("button", name="Send the copy again to Vera Vendor")).to_be_visible()
    check(staff)
    renewed(staff)


def sealed_copy_is_intact(implementation, packet, tmp_path):
    """Two programs that are not ours say that the copy is as it was sealed."""
    with use(implementation):
        copies.seal_packet(packet.pk)
        with Packet.objects.get(pk=packet.pk).agreement.file.content.open() as file:
            content = file.read()
    with ThreadPoolExecutor(1) as aside:  # the browser's loop runs in this thread, and pyHanko starts one of its own
        signature = PdfFileReader(BytesIO(content)).embedded_signatures[0]
        status = aside.submit(validate_pdf_signature, signature).result()
    assert (status.intact, status.valid, status.docmdp_ok) == (True, True, True)
    if shutil.which("pdfsig") is None:
        return  # the machine has no poppler; pyHanko has answered
    path = tmp_path / "copy.pdf"
    path.write_bytes(content)
    said = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said


def renewed(page):
    """From the agreement that was signed to a new packet that goes on where it ends."""
    page.get_by_role("link", name="an agreement").click()
    check(page)
    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="Renew it").click()
    check(page)
    page.get_by_label("Signer outside: name").fill("Vera Vendor")
    page.get_by_label("Signer outside: e-mail address").fill("vera@vendor.example")
    page.locator("main form button[type=submit], main form button.button").first.click()
    expect(page.get_by_role("button", name="Send for signature")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Send for signature").click()
    expect(page.get_by_text("out for signature").first).to_be_visible()
