"""The base of the API, seen through a real endpoint: problems, cursors, idempotency, limits, schema."""

import datetime as dt
import json
import threading

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from hmislead.access.permissions import PERMISSIONS
from hmislead.accounts.models import ApiToken, hash_secret
from hmislead.directory.models import CoC, Organization
from hmislead.web import idempotency
from hmislead.web.models import IdempotencyKey
from hmislead.web.throttles import PerClient
from tests import factories

COCS = "/api/v1/i/north/cocs/"
ORGANIZATIONS = "/api/v1/i/north/organizations/"
SECRET = "hl_test_secret"


@pytest.fixture
def api(client, people, tenant):
    """Requests with a token of `staff` that has every scope."""
    return Api(client, token(people["staff"], tenant))


def token(user, implementation, scopes=None, secret=SECRET):
    ApiToken.objects.create(
        user=user,
        implementation=implementation,
        name="test",
        secret_hash=hash_secret(secret),
        prefix=secret[:8],
        scopes=list(PERMISSIONS) if scopes is None else scopes,
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    return secret


class Api:
    def __init__(self, client, secret):
        self.client, self.secret = client, secret

    def get(self, path, **headers):
        return self.client.get(path, headers=self._headers(headers))

    def post(self, path, body=None, **headers):
        return self.client.post(path, json.dumps(body or {}), "application/json", headers=self._headers(headers))

    def patch(self, path, body):
        return self.client.patch(path, json.dumps(body), "application/json", headers=self._headers({}))

    def _headers(self, more):
        return {
            "Authorization": f"Bearer {self.secret}",
            **{name.replace("_", "-"): value for name, value in more.items()},
        }


def is_problem(response, status):
    assert response.status_code == status, response.content
    assert response["Content-Type"].startswith("application/problem+json")
    body = response.json()
    assert body["status"] == status
    return body


# Problems


def test_a_refused_body_names_its_fields_and_writes_nothing(api):
    body = is_problem(api.post(COCS, {"number": "Ohio"}), 400)
    assert set(body["errors"]) == {"number", "name"}
    assert not CoC.objects.filter(name="").exists()


def test_what_the_model_refuses_is_told_by_field_too(api):
    agency = factories.OrganizationFactory()
    role = {"organization": str(agency.pk), "role": "cho"}
    assert api.post("/api/v1/i/north/organization-roles/", role).status_code == 201
    body = is_problem(api.post("/api/v1/i/north/organization-roles/", role), 400)
    assert body["errors"]["non_field_errors"] == ["The organization has this role already."]


def test_a_wrong_move_is_a_conflict_with_its_sentence(api, agency):
    factories.LicenseFactory(organization=agency)
    body = is_problem(api.post(f"{ORGANIZATIONS}{agency.pk}/close/"), 409)
    assert "still open here" in body["detail"]


def test_what_one_may_not_see_does_not_exist(api, client, tenant, people, neighbour):
    lead = Api(client, token(people["cho_lead"], tenant, secret="hl_lead"))
    is_problem(lead.get(f"{ORGANIZATIONS}{neighbour.pk}/"), 404)
    is_problem(lead.post(ORGANIZATIONS, {"name": "Mine"}), 403)
    is_problem(api.get(f"{ORGANIZATIONS}not-an-id/"), 404)
    is_problem(api.get("/api/v1/i/nowhere/cocs/"), 404)
    is_problem(api.get("/api/v1/nothing/"), 404)


def test_without_a_token_one_is_told_how(client, tenant):
    response = client.get(COCS)
    is_problem(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")
    is_problem(client.get(COCS, headers={"Authorization": "Bearer wrong"}), 401)


def test_a_token_of_one_implementation_opens_no_other(client, people, tenant, other_implementation):
    from hmislead.accounts.models import Membership

    Membership.objects.create(user=people["staff"], implementation=other_implementation)
    api = Api(client, token(people["staff"], other_implementation))
    is_problem(api.get(COCS), 404)


def test_a_token_reaches_no_further_than_its_scopes(client, people, tenant, agency):
    reader = Api(client, token(people["staff"], tenant, ["view_directory"]))
    assert reader.get(ORGANIZATIONS).status_code == 200
    is_problem(reader.patch(f"{ORGANIZATIONS}{agency.pk}/", {"phone": "1"}), 403)


def test_history_names_the_user_of_a_token(api, agency, people):
    assert api.patch(f"{ORGANIZATIONS}{agency.pk}/", {"phone": "555-0100"}).status_code == 200
    context = agency.events.order_by("-pgh_id").first().pgh_context
    assert (context["user"], context["source"]) == (str(people["staff"].pk), "api")


# Lists


def test_a_cursor_leads_through_everything_once(api, tenant):
    made = {str(factories.OrganizationFactory().pk) for _ in range(5)} | {
        str(pk) for pk in Organization.objects.values_list("pk", flat=True)
    }
    seen, address = [], f"{ORGANIZATIONS}?page_size=2"
    while address:
        page = api.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert len(seen) == len(made)
    assert set(seen) == made
    names = [row["name"] for row in api.get(f"{ORGANIZATIONS}?ordering=name").json()["results"]]
    assert names == sorted(names)


@pytest.mark.parametrize("size", ["0", "201", "null", "-1", "", "２"])
def test_a_page_has_from_1_to_200_rows(api, size):
    assert "page_size" in is_problem(api.get(f"{ORGANIZATIONS}?page_size={size}"), 400)["errors"]


# Idempotency


def test_a_list_refuses_words_it_does_not_know(api):
    """A filter with a slip of the pen must not answer with every row."""
    refused = api.get(f"{ORGANIZATIONS}?serch=harbor&page_size=2")
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["serch"]
    assert "cursor, " in refused.json()["errors"]["serch"][0]
    assert "search" in refused.json()["errors"]["serch"][0]
    refused = api.get(f"{ORGANIZATIONS}?ordering=-password")
    assert refused.status_code == 400
    assert "by -password. It can be by: " in refused.json()["errors"]["ordering"][0]
    changes = "/api/v1/i/north/changes/"
    assert api.get(f"{changes}?as_of_after=2025-01-01&as_of_before=2026-01-01").status_code == 200
    assert api.get(f"{changes}?as_of=2025-01-01").status_code == 400
    assert api.get(f"{ORGANIZATIONS}?ordering=-name&search=harbor").status_code == 200


def test_the_same_request_again_is_answered_again_and_done_once(api):
    body = {"number": "OH-507", "name": "Stark County"}
    first, second = (api.post(COCS, body, Idempotency_Key="one") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert CoC.objects.filter(number="OH-507").count() == 1


def test_a_key_names_one_request(api):
    api.post(COCS, {"number": "OH-507", "name": "Stark County"}, Idempotency_Key="one")
    is_problem(api.post(COCS, {"number": "OH-508", "name": "Other"}, Idempotency_Key="one"), 422)
    is_problem(api.post(ORGANIZATIONS, {"number": "OH-507", "name": "Stark County"}, Idempotency_Key="one"), 422)
    is_problem(api.post(COCS, {"number": "OH-508", "name": "Other"}, Idempotency_Key="x" * 201), 422)
    assert CoC.objects.count() == 2  # the one of `coc` and the first


def test_a_refused_request_can_be_tried_again_under_its_key(api):
    is_problem(api.post(COCS, {"number": "OH-507"}, Idempotency_Key="one"), 400)
    assert not IdempotencyKey.objects.exists()
    is_problem(api.post(COCS, {"number": "OH-507"}, Idempotency_Key="one"), 400)


def test_a_key_is_ones_own_and_is_forgotten_after_a_day(api, client, people, tenant):
    body = {"number": "OH-507", "name": "Stark County"}
    api.post(COCS, body, Idempotency_Key="one")
    other = Api(client, token(people["administrator"], tenant, secret="hl_other"))
    is_problem(other.post(COCS, body, Idempotency_Key="one"), 400)  # not the answer of somebody else
    IdempotencyKey.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    is_problem(api.post(COCS, body, Idempotency_Key="one"), 400)


def test_two_at_once_are_not_both_done(api, people, tenant):
    """Another connection holds the key: the second request is told, it does not wait."""
    key = idempotency._hash("one")
    name = idempotency._hash(f"{tenant.pk} {people['staff'].pk} {key}")
    held, release = threading.Event(), threading.Event()
    worker = threading.Thread(target=hold, args=(int(name[:16], 16) - 2**63, held, release))
    worker.start()
    try:
        assert held.wait(5)
        body = is_problem(api.post(COCS, {"number": "OH-507", "name": "Stark"}, Idempotency_Key="one"), 409)
        assert "right now" in body["detail"]
    finally:
        release.set()
        worker.join()


def hold(number, held, release):
    from django.db import transaction

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
            held.set()
            release.wait(5)
    finally:
        connection.close()


# Limits and the schema


def test_too_many_requests_are_told_when_to_come_back(api, monkeypatch):
    monkeypatch.setattr(PerClient, "rate", "2/min", raising=False)
    cache.clear()
    codes = [api.get(COCS).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    response = api.get(COCS)
    is_problem(response, 429)
    assert 1 <= int(response["Retry-After"]) <= 60


def test_the_schema_is_public_and_tells_of_problems(client, db):
    response = client.get("/api/v1/schema/")
    assert response.status_code == 200
    schema = response.json()
    operation = schema["paths"]["/api/v1/i/{slug}/organizations/"]["post"]
    assert {"201", "400", "401", "403", "404", "409", "422", "429"} <= set(operation["responses"])
    assert "application/problem+json" in operation["responses"]["400"]["content"]
    assert operation["operationId"] == "organizations_create"
    assert any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
    names = [each["operationId"] for path in schema["paths"].values() for each in path.values()]
    assert len(names) == len(set(names))


def test_the_schema_is_written_once_for_each_form(client, db, monkeypatch):
    first = {form: client.get(f"/api/v1/schema/?format={form}").content for form in ("json", "yaml")}
    assert (first["json"][:1], first["yaml"][:8]) == (b"{", b"openapi:")
    for renderer in ("OpenApiJsonRenderer", "OpenApiYamlRenderer"):
        monkeypatch.setattr(f"drf_spectacular.renderers.{renderer}.render", lambda *_: pytest.fail("written again"))
    assert {form: client.get(f"/api/v1/schema/?format={form}").content for form in first} == first
