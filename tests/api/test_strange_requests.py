"""What a stranger may send: other people's ids, broken cursors and bodies, forms asked for that there are not."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hmislead.access.operations import grant_role
from hmislead.access.permissions import OWN, PERMISSIONS
from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import ApiToken
from hmislead.directory.models import Organization, Signatory
from hmislead.files.operations import store_file
from hmislead.tenancy.context import use
from tests import factories
from tests.api.test_every_endpoint import bearer
from tests.notices.factories import NoticeFactory

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/i/north"
PROBLEM = "application/problem+json"


@pytest.fixture
def staff(people, tenant):
    """Headers of a token of Lead staff with every scope."""
    return bearer(people["staff"], tenant, PERMISSIONS)


def send(client, resource, body, headers, content_type="application/json"):
    return client.post(f"{ROOT}/{resource}/", body, content_type=content_type, headers=headers)


def refused(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM), answer.content[:300]
    return answer.json()


def test_a_coc_of_another_implementation_is_not_left_out_in_silence(client, implementation, other_implementation):
    with use(other_implementation):
        theirs = factories.CoCFactory(number="CO-500")
    with use(implementation):
        user = factories.member(implementation, "lead")
        grant_role(user=user, role="lead_staff", by=ROBOT)
        headers = bearer(user, implementation, PERMISSIONS)
    refused(send(client, "organizations", {"name": "New agency", "cocs": [str(theirs.pk)]}, headers), 404)
    with use(implementation):
        assert not Organization.objects.filter(name="New agency").exists()


@pytest.mark.parametrize("cursor", [b"p=\x00", b"o=-1&p=\x00", b"\xff", b"p=2026-99-99"])
@pytest.mark.parametrize(
    "address", ["organizations/?ordering=name", "people/", "changes/", "licenses/?ordering=requested_on"]
)
def test_a_cursor_nobody_gave_never_fails(client, staff, agency, address, cursor):
    sign = "&" if "?" in address else "?"
    made = base64.b64encode(cursor).decode()
    answer = client.get(f"{ROOT}/{address}{sign}cursor={made}", headers=staff)
    assert answer.status_code in {200, 400, 404}
    if cursor == b"p=\x00":
        refused(answer, 404)


def test_a_body_nested_too_deeply_is_refused(client, staff):
    for resource in ("cocs", "designations", "database-attestations"):
        refused(send(client, resource, "[" * 100_000, staff), 400)


def test_a_body_that_is_too_large_is_a_413_and_writes_nothing(client, staff, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = {"number": "OH-507", "name": "x" * 2000}
    assert "too large" in refused(send(client, "cocs", body, staff), 413)["detail"]


def test_a_kind_of_body_that_is_not_taken_is_a_415(client, staff):
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded"):
        refused(send(client, "cocs", "number=OH-507", staff, kind), 415)


def test_a_file_comes_whatever_type_was_asked_for(client, staff, people, tenant):
    paper = SimpleUploadedFile("list.csv", b"a,b\n1,2\n", "text/csv")
    file = store_file(file=paper, permission="import_data", by=ROBOT)
    for accept in ("text/csv", "application/octet-stream", "*/*", "application/json"):
        answer = client.get(f"{ROOT}/files/{file.pk}/content/", headers={**staff, "Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv")
        assert "attachment" in answer["Content-Disposition"]
        assert b"".join(answer.streaming_content) == b"a,b\n1,2\n"
    auditor = bearer(people["auditor"], tenant, PERMISSIONS, "hl_auditor")
    refused(client.get(f"{ROOT}/files/{file.pk}/content/", headers={**auditor, "Accept": "text/csv"}), 404)


def test_a_form_that_is_not_offered_is_a_406(client, staff):
    refused(client.get(f"{ROOT}/cocs/", headers={**staff, "Accept": "application/xml"}), 406)


def test_a_session_writes_only_with_its_csrf_token(people, tenant):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people["staff"])
    body = {"number": "OH-507", "name": "Stark County"}
    refused(browser.post(f"{ROOT}/cocs/", body, content_type="application/json"), 403)
    browser.cookies["csrftoken"] = "a" * 32
    answer = browser.post(f"{ROOT}/cocs/", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert answer.status_code == 201


def test_signatories_are_recorded_by_whose_decision_they_are(client, people, tenant, agency, coc):
    """Those of an agency by who keeps the directory, those of a CoC by who records its decisions; readers by neither."""
    person = factories.PersonFactory()
    of_agency = {"person": str(person.pk), "organization": str(agency.pk), "title": "Director", "basis": "Bylaws"}
    of_coc = {"person": str(person.pk), "coc": str(coc.pk), "title": "Chair", "basis": "Charter"}
    tokens = {
        "directory": bearer(people["staff"], tenant, ["view_directory", "view_people", "manage_directory"], "hl_a"),
        "decisions": bearer(people["staff"], tenant, ["view_directory", "view_people", "record_decisions"], "hl_b"),
        "reader": bearer(people["auditor"], tenant, PERMISSIONS, "hl_c"),
        "agency": bearer(people["cho_lead"], tenant, PERMISSIONS, "hl_d"),
    }
    expected = {
        ("directory", "agency"): 201,
        ("decisions", "agency"): 403,
        ("directory", "coc"): 201,
        ("decisions", "coc"): 201,
        ("reader", "agency"): 403,
        ("agency", "agency"): 403,
    }
    for (who, what), status in expected.items():
        before = Signatory.objects.count()
        answer = send(client, "signatories", of_agency if what == "agency" else of_coc, tokens[who])
        assert answer.status_code == status, (who, what, answer.content)
        assert Signatory.objects.count() == before + (status == 201)


def test_a_token_for_something_else_does_not_read_its_makers_notices(client, people, tenant):
    """Notices are a person's own: without the scope for one's own papers and notices a token neither reads nor marks them."""
    notice = NoticeFactory(user=people["staff"])
    narrow = bearer(people["staff"], tenant, ["view_directory"], "hl_narrow")
    own = bearer(people["staff"], tenant, [OWN], "hl_own")
    assert client.get(f"{ROOT}/notices/", headers=narrow).json()["results"] == []
    refused(client.get(f"{ROOT}/notices/{notice.pk}/", headers=narrow), 404)
    assert client.post(f"{ROOT}/notices/read-all/", headers=narrow).status_code == 204
    notice.refresh_from_db()
    assert notice.read_at is None
    assert len(client.get(f"{ROOT}/notices/", headers=own).json()["results"]) == 1
    assert client.post(f"{ROOT}/notices/{notice.pk}/read/", headers=own).json()["read_at"]


def test_a_token_ends_with_its_day_and_when_it_is_revoked(client, people, tenant):
    headers = bearer(people["staff"], tenant, PERMISSIONS)
    assert client.get(f"{ROOT}/cocs/", headers=headers).status_code == 200
    for change in (
        {"expires_at": timezone.now()},
        {"expires_at": timezone.now() + dt.timedelta(1), "revoked_at": timezone.now()},
    ):
        ApiToken.objects.update(**change)
        refused(client.get(f"{ROOT}/cocs/", headers=headers), 401)
