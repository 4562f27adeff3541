"""Every page × every kind of person, by a table that no page may be missing from; and other people's objects."""

from __future__ import annotations

import functools
import uuid

import pytest
from django.urls import get_resolver, resolve, reverse

from hmislead.access.scopes import ROBOT
from hmislead.tenancy import operations as tenancy
from tests import factories
from tests.pages_table import PAGES

pytestmark = pytest.mark.django_db

# The roles of the table in section 5 of the architecture, by the names that `people` has for them.
LEAD = {"administrator", "staff"}
TRAINER, DESK, MONITOR, ANALYST = {"trainer"}, {"help_desk"}, {"monitor"}, {"analyst"}
READERS = LEAD | TRAINER | DESK | MONITOR | ANALYST | {"auditor"}
AGENCY = {"cho_lead", "neighbour_lead"}
OFFICER = {"security_officer"}
COC = {"coc_staff"}
BODY = {"body_member"}
PERSON = {"end_user"}
EVERYBODY = READERS | AGENCY | OFFICER | COC | BODY | PERSON
# Who holds what, written down apart from the code that says so.
HOLDERS = {
    "public": EVERYBODY,
    "member": EVERYBODY,
    "own": PERSON,
    "edit_documents": LEAD,
    "import_data": LEAD | ANALYST,
    "manage_cases": LEAD,
    "manage_compliance": LEAD,
    "manage_contacts": LEAD | AGENCY,
    "manage_directory": LEAD,
    "manage_licenses": LEAD | DESK,
    "manage_roles": {"administrator"},
    "manage_settings": {"administrator"},
    "manage_staff": LEAD,
    "prove_account_state": LEAD | DESK | AGENCY | OFFICER,
    "record_decisions": LEAD | COC,
    "record_evidence": LEAD | TRAINER | MONITOR,
    "report_departures": LEAD | DESK | AGENCY | OFFICER,
    "request_licenses": LEAD | DESK | AGENCY,
    "request_reports": LEAD | MONITOR | ANALYST | AGENCY | COC,
    "send_notices": LEAD | TRAINER,
    "send_packets": LEAD,
    "view_compliance": READERS | AGENCY | OFFICER | COC,
    "view_directory": READERS | AGENCY | OFFICER | COC,
    "view_documents": READERS | COC,
    "view_evidence": READERS | AGENCY,
    "view_messages": READERS - {"auditor"},
    "view_people": READERS | AGENCY | OFFICER,
    "view_reports": READERS | AGENCY | COC,
    "view_settings": READERS,
    "view_staff": READERS,
}
# Decided: to add a person without a license is for who requests licenses at the implementation itself (staff, help desk).
# The page's permission cannot say where it is held, so agencies, which hold it at theirs, get a 403 whose sentence sends
# them to the license request. They are never shown a link to the page.
# To load a spreadsheet of evidence needs the right to record it, besides that to import: an analyst has but the second.
NARROWER = {"directory:person-create": LEAD | DESK, "opening:sheet-upload": LEAD}
ROLES = sorted(EVERYBODY - {"neighbour_lead"})  # who holds the role of `cho_lead`
ROWS = [(name, permission) for permission, names in PAGES.items() for name in names]
BUTTONS: set[str] = set()  # pages that are found to answer to being pressed alone
NOWHERE = uuid.UUID(int=1)
KWARGS = {
    "code": "contacts",
    "key": "hours.opens",
    "kind": "completions",
    "type": "participation",
    "format": "pdf",
    "move": "review",
}


def tenant_patterns(patterns, namespace="", route=""):
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from tenant_patterns(pattern.url_patterns, inner, here)
        elif here.startswith("i/<slug:slug>/"):
            yield f"{namespace}{pattern.name}", (pattern, here.removeprefix("i/<slug:slug>/"))


@functools.cache
def patterns():
    return dict(tenant_patterns(get_resolver().url_patterns))


def holders(permission):
    """Who holds a permission or, of several, one of them."""
    return set().union(*(HOLDERS[each] for each in any_of(permission)))


def any_of(permission):
    return (permission,) if isinstance(permission, str) else permission


@functools.cache
def address(name, slug, pk=NOWHERE):
    kwargs = {"slug": slug}
    for argument, converter in patterns()[name][0].pattern.converters.items():
        if argument == "slug":
            continue
        kwargs[argument] = pk if type(converter).__name__ == "UUIDConverter" else KWARGS.get(argument, "GOV-01")
    return reverse(name, kwargs=kwargs)


def status_of(client, url):
    """What a person gets: of the page or, where it is a button, of pressing it. One request, once it is known which."""
    name = resolve(url).view_name
    status = 405 if name in BUTTONS else client.get(url).status_code
    if status != 405:
        return status
    BUTTONS.add(name)
    return client.post(url).status_code


@pytest.fixture
def no_second_factor(tenant):
    """The demand for a second factor comes before every page of an administrator; it has its own tests."""
    tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)


def test_no_page_lacks_a_row():
    assert sorted(patterns()) == sorted(name for name, _ in ROWS)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_open_to_its_holders_and_to_nobody_else(client, people, tenant, no_second_factor, role):
    client.force_login(people[role])
    wrong = []
    for name, permission in ROWS:
        status = status_of(client, address(name, tenant.slug))
        allowed = role in NARROWER.get(name, holders(permission))
        # A holder finds the page (200, 302), an object that is nobody's (404), a form refused (422), or an operation
        # that explains itself (409).
        fine = status in {200, 302, 404, 409, 422} if allowed else status == 403
        if not fine:
            wrong.append((name, permission, status))
    assert wrong == []


def test_an_outsider_finds_nothing_and_a_stranger_is_asked_to_sign_in(client, people, tenant):
    not_public = [name for name, permission in ROWS if permission != "public"]
    assert {status_of(client, address(name, tenant.slug)) for name in not_public} == {302}
    client.force_login(people["outsider"])
    assert {status_of(client, address(name, tenant.slug)) for name in not_public} == {404}


def test_the_operator_sees_no_tenant(client, tenant):
    client.force_login(factories.UserFactory(is_operator=True))
    one_of_each = [names[0] for permission, names in PAGES.items() if permission != "public"]
    assert {status_of(client, address(name, tenant.slug)) for name in one_of_each} == {404}


def test_a_member_of_one_implementation_finds_nothing_in_another(client, people, tenant, other_implementation):
    client.force_login(people["staff"])
    not_public = [name for name, permission in ROWS if permission != "public"]
    assert {status_of(client, address(name, other_implementation.slug)) for name in not_public} == {404}


def objects_of(agency):
    """One thing of each kind at an agency, by the first word of the addresses about it."""
    person = factories.PersonFactory()
    contact = factories.ContactFactory(organization=agency, person=person)
    return {
        "agencies": agency,
        "people": person,
        "licenses": factories.LicenseFactory(organization=agency, person=person),
        "projects": factories.ProjectFactory(organization=agency),
        "contacts": contact,
    }


def test_a_cho_lead_finds_nothing_of_a_neighbour_agency(client, people, tenant, agency, neighbour):
    client.force_login(people["cho_lead"])
    theirs, ours = objects_of(neighbour), objects_of(agency)
    seen, checked = [], 0
    for name, permission in ROWS:
        kind, _, rest = patterns()[name][1].partition("/")
        if kind not in theirs or not rest.startswith("<uuid:pk>") or "cho_lead" not in holders(permission):
            continue
        checked += 1
        if status_of(client, address(name, tenant.slug, theirs[kind].pk)) != 404:
            seen.append(name)
        # The same page of their own exists, or the test above would pass for the wrong reason.
        assert status_of(client, address(name, tenant.slug, ours[kind].pk)) != 404, name
    assert seen == []
    assert checked > 10
