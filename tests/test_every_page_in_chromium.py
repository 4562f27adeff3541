"""Every page that is read, in Chromium, as the role it is for: axe by WCAG 2.2 AA on a desk and on a phone, nothing off
the side, and the keyboard alone. A page that is not looked at fails the tests.
"""

from __future__ import annotations

import pytest

from tests import chromium as chrome
from tests.pages_table import PAGES
from tests.pages_world import lay

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The role a page is for, by the permission it asks for; the rest is Lead staff's.
ROLES = {
    "manage_contacts": "cho_lead",
    "manage_roles": "administrator",
    "manage_settings": "administrator",
    "member": "end_user",
    "own": "end_user",
    "prove_account_state": "cho_lead",
    "public": None,
    "record_decisions": "coc_staff",
    "request_licenses": "cho_lead",
    "request_reports": "coc_staff",
    "view_compliance": "cho_lead",
    "view_directory": "coc_staff",
    "view_evidence": "cho_lead",
    "view_people": "cho_lead",
    "view_reports": "coc_staff",
    "view_settings": "administrator",
}
# Pages of whom not everybody with the permission may see this one.
OTHERWISE = {
    "agreements:agreement-detail": "cho_lead",
    "agreements:subject-agreements": "cho_lead",
    "approvals:decision-detail": "coc_staff",
    "cases:deviation-new": "cho_lead",
    "approvals:version-approval": "coc_staff",
    "compliance:run-detail": "staff",
    "directory:license-terminate": "staff",
    "directory:person-create": "staff",
    "documents:document-detail": "staff",
    "documents:version-detail": "staff",
    "reporting:report-detail": "cho_lead",
}
NOT_LOOKED_AT = {
    "agreements:agreement-amend": "sends on to a new packet",
    "agreements:agreement-renew": "sends on to a new packet",
    "agreements:campaign-progress": "a part of a page",
    "agreements:packet-copy": "a file",
    "accounts:sso-start": "sends on to the identity provider",
    "directory:import-progress": "a part of a page",
    "documents:redline-file": "a file",
    "documents:redline-progress": "a part of a page",
    "files:file-download": "a file",
    "notices:bulk-new": "sends on to the draft it makes",
    "notices:bulk-progress": "a part of a page",
    "notices:message-mail": "the mail itself, in a frame that lets nothing run, axe included",
    "notices:notice-open": "sends on to what the notice is about",
    "opening:sheet-template": "a file",
    "policies:my-policies": "sends on to the reader's own policies",
    "reporting:report-file": "a file",
    "reporting:report-progress": "a part of a page",
    "compliance:run-progress": "a part of a page",
    "seals:certificate": "a file",
    "tenancy:implementation-logo": "a picture",
}
# Half of the pages are for Lead staff: each of two worlds serves as many pages.
HALVES = (("staff",), ("administrator", "coc_staff", "cho_lead", "end_user", None))


@pytest.fixture(scope="module")
def browser():
    with chrome.chromium() as launched:
        yield launched


@pytest.fixture
def world(transactional_db, implementation):
    return lay(implementation)


@pytest.fixture
def windows(browser, live_server):
    opened = chrome.Windows(browser, live_server.url)
    yield opened
    opened.close()
    assert opened.complaints == []


def pages_of(who):
    """The names of the pages that are looked at as `who`."""
    rows = (
        (name, OTHERWISE.get(name, ROLES.get(permission, "staff")))
        for permission in PAGES
        for name in PAGES[permission]
    )
    return [name for name, role in rows if role == who and name not in NOT_LOOKED_AT]


def test_every_page_is_looked_at_as_somebody():
    every = {name for names in PAGES.values() for name in names}
    looked_at = {name for half in HALVES for who in half for name in pages_of(who)}
    assert looked_at | set(NOT_LOOKED_AT) == every
    assert not looked_at & set(NOT_LOOKED_AT)


@pytest.mark.parametrize("half", HALVES, ids=["staff", "others"])
def test_every_page_holds_on_a_desk_on_a_phone_and_by_keyboard(windows, world, half):
    wrong = [
        problem for who in half for problem in problems_of(who, windows.open(world.users.get(who), axe=True), world)
    ]
    assert wrong == [], "\n" + "\n".join(map(str, wrong))


def problems_of(who, page, world):
    """What is wrong with the pages of one role: who, the page, what."""
    seen = 0
    for name in pages_of(who):
        answer = page.goto(world.address(name))
        if answer.status == 405:  # the address of a button
            continue
        if answer.status != 200 or not answer.headers["content-type"].startswith("text/html"):
            # 404: tests/pages_world.py lacks the thing that the page is about.
            yield who, name, answer.status, answer.url
            continue
        # The frame is the same on every page of a person: its keyboard is walked, its contrast measured on the first one.
        yield from ((who, name, *problem) for problem in problems(page, frame=not seen))
        seen += 1
    assert seen


def problems(page, frame):
    """What is wrong with the page that is open, in words and places."""
    yield from chrome.keyboard_problems(page, frame)
    yield from chrome.violations(page, frame=frame)
    for width in (chrome.PHONE, chrome.DESK):
        if chrome.runs_off_the_side(page, width):
            yield ("runs off the side", width)
        if width == chrome.PHONE:
            yield from chrome.violations(page, chrome.NARROW_RULES)
