"""The API against its own description: generated requests, valid and not, answered as the schema says."""

from __future__ import annotations

import os
import uuid
from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks

from hmislead.access.permissions import OWN, PERMISSIONS
from hmislead.api import schema as api_schema
from hmislead.web.problems import CONTENT_TYPE as PROBLEM
from hmislead.web.throttles import PerClient
from hmislead.wsgi import application
from tests.api.samples import samples
from tests.api.test_every_endpoint import FOUND, bearer

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "2"))  # of each kind for each endpoint; more by hand finds more
ANYTHING = {"value"}  # the value of a setting: JSON of any kind, checked by the setting itself
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def api(client, people, tenant, agency, coc, monkeypatch):
    """The schema as it is served, headers of a token that may do everything, and the ids of what can be asked about.

    Django closes its connections around a request; the transaction of the test lives in one of them.
    """
    monkeypatch.setattr(PerClient, "rate", "100000/min", raising=False)
    headers = bearer(people["administrator"], tenant, [*PERMISSIONS, OWN]) | {"Accept-Encoding": "identity"}

    def ask(method, resource, body=None):
        return getattr(client, method)(
            f"/api/v1/i/{tenant.slug}/{resource}/", body, content_type="application/json", headers=headers
        )

    ids = samples(ask, people, agency, coc)
    for resource in {row.split()[1] for row in FOUND}:
        page = ask("get", resource).json()
        rows = page.get("results", []) if isinstance(page, dict) else []  # some resources have no list
        if rows:
            ids.setdefault(resource, rows[0]["id"])
    for signal in (request_started, request_finished):  # after the test client, which connects them again
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application), headers, ids
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_no_generated_request_makes_the_server_fail_or_leaves_the_schema(api, mode):
    schema, headers, ids = api
    failures, statuses = [], Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        if "{slug}" in operation.path:
            probe(operation, mode, headers, ids, failures, statuses)
    assert not failures, f"{len(failures)} failures\n\n" + "\n\n".join(failures)
    assert sum(statuses.values()) >= len(FOUND) * EXAMPLES
    # Not all of them were turned away at the door.
    assert statuses[200] + statuses[201] > 100


def test_a_body_of_wrong_types_is_refused_field_by_field(api, client):
    """Every field of every body, sent as a thing no field takes: a 400 that names it, in problem details."""
    schema, headers, ids = api
    asked, wrong = 0, []
    for result in schema.get_all_operations():
        operation = result.ok()
        body = json_body(operation)
        if "{slug}" not in operation.path or body is None:
            continue
        address = operation.path.format(
            slug="north", id=ids.get(resource_of(operation), uuid.uuid4()), key="hours.opens"
        )
        for name in set(body.get("properties", {})) - ANYTHING:
            sent = {name: {"no": ["such", "type"]}}
            answer = getattr(client, operation.method)(address, sent, content_type="application/json", headers=headers)
            asked += 1
            named = name in "".join(answer.json().get("errors", {})) if answer.status_code == 400 else False
            if not named or answer["Content-Type"] != PROBLEM:
                wrong.append((operation.label, name, answer.status_code, answer.content[:200]))
    assert not wrong
    assert asked > 150


def test_methods_that_are_not_declared_are_refused(api, client):
    schema, headers, _ = api
    wrong = []
    declared = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        if "{slug}" in operation.path:
            declared.setdefault(operation.path, set()).add(operation.method.lower())
    for path, methods in declared.items():
        address = path.format(slug="north", id=uuid.uuid4(), key="hours.opens")
        for method in {"get", "post", "put", "patch", "delete"} - methods:
            answer = getattr(client, method)(address, headers=headers)
            allowed = {each.strip().lower() for each in answer.headers.get("Allow", "").split(",")}
            if answer.status_code != 405 or answer["Content-Type"] != PROBLEM or not methods <= allowed:
                wrong.append((method, path, answer.status_code, allowed))
    assert len(declared) > 80
    assert not wrong


def json_body(operation):
    """What the description says of the JSON body of an operation, or None."""
    content = operation.definition.raw.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema and "$ref" in schema:
        schema = api_schema()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def resource_of(operation):
    return operation.path.split("{slug}/")[1].split("/")[0]


def probe(operation, mode, headers, ids, failures, statuses):
    """Ask one endpoint a few times, each time from the same state, the same in every run of the tests."""

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case):
        aim(case, ids)
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            parts = getattr(failure, "exceptions", [failure])
            failures.extend(f"{part}\n{response.text[:300]}\n{case.as_curl_command()[:1500]}" for part in parts)

    one()


def aim(case, ids):
    """Point a generated request at what is there, so that it gets past the door: the key, and references in the body."""
    case.path_parameters["slug"] = "north"
    resource = resource_of(case.operation)
    if "id" in case.path_parameters and resource in ids:
        case.path_parameters["id"] = ids[resource]
    if isinstance(case.body, dict):
        for name in set(case.body) & set(ids):
            if isinstance(case.body[name], str):
                case.body[name] = ids[name]
