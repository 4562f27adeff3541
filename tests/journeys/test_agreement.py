"""From the agency's page: its agreement is recorded with the signed paper, and the gate of its people opens."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from agreements.models import Agreement
from hmislead.compliance.models import Gate
from hmislead.tenancy.context import use
from tests.files.samples import pdf
from tests.journeys.conftest import BELOW
from tests.reporting.samples import today

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_recorded_agreement_opens_the_gate(world, windows, look, implementation):
    with use(implementation):
        shut = Gate.objects.get(license=world.license)
        assert [reason["requirement"] for reason in shut.reasons] == ["participation-agreement"]
        day = today().isoformat()
    page = windows.open(world.users["staff"], below=BELOW)
    page.goto(f"licenses/{world.license.pk}/")
    expect(page.locator(".gate.alert-bad")).to_be_visible()
    look(page)

    page.goto(f"agencies/{world.here.pk}/")
    look(page)
    page.get_by_role("link", name="Record an agreement").click()
    look(page)
    page.get_by_label("Signed for them by").fill("Gil Moss, Executive Director")
    page.get_by_label("Signed on").fill(day)
    page.get_by_label("Takes effect on").fill(day)
    paper = {"name": "agreement.pdf", "mimeType": "application/pdf", "buffer": pdf().read()}
    page.get_by_label("Signed paper").set_input_files(paper)
    page.get_by_role("button", name="Record agreement").click()
    expect(page.get_by_text("Participation agreement recorded.")).to_be_visible()
    look(page)
    with use(implementation):
        agreement = Agreement.objects.get(type="participation")
        assert agreement.parties.get(role="cho").organization == world.here
        assert (agreement.file.name, agreement.recorded_by) == ("agreement.pdf", world.users["staff"])
        assert Gate.objects.get(license=world.license).is_open
    page.goto(f"licenses/{world.license.pk}/")
    expect(page.locator(".gate.alert-good")).to_be_visible()
    look(page)
    page.goto(f"agencies/{world.here.pk}/")
    expect(page.get_by_role("row", name="Participation agreement").get_by_text("kept")).to_be_visible()
    look(page)
