"""Every endpoint × every kind of person, by a table that no endpoint may be missing from; tokens; other tenants."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from rest_framework.serializers import ModelSerializer

from hmislead.access import operations as access
from hmislead.access.permissions import MEMBER, PERMISSIONS
from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import ApiToken, hash_secret
from hmislead.tenancy import operations as tenancy
from hmislead.tenancy.context import use
from hmislead.web import api_routes
from tests import factories
from tests.api.endpoints_table import ENDPOINTS
from tests.tenancy.rows import tenant_models
from tests.test_every_page import ANALYST, BODY, DESK, LEAD, MONITOR, ROLES, TRAINER, any_of, holders
from tests.training.factories import CourseFactory

pytestmark = pytest.mark.django_db

ROWS = [(row, permission) for permission, rows in ENDPOINTS.items() for row in rows]
NOWHERE = uuid.UUID(int=1)
OTHER_KEYS = {"settings": "hours.opens", "standards": "GOV-01"}
# Endpoints that ask for their permission at the implementation: an agency adds people by requesting a license.
NARROWER = {"post people create": LEAD | DESK}
# Every page is asked as these; of the endpoints one for each permission.
ASKED_LESS = TRAINER | DESK | MONITOR | ANALYST | BODY
ONE_OF_EACH = [(rows[0], permission) for permission, rows in ENDPOINTS.items()]


def endpoints():
    """`(method resource action, address below the implementation)` of everything the router serves."""
    router = api_routes.router()
    for prefix, viewset, _ in router.registry:
        for route in router.get_routes(viewset):
            path = route.url.format(prefix=prefix, lookup="KEY", trailing_slash="/").replace("<uuid:KEY>", "KEY")
            for method, action in router.get_method_map(viewset, route.mapping).items():
                yield f"{method} {prefix} {action}", (path, prefix, "{lookup}" in route.url)


FOUND = dict(endpoints())


def address(row, slug, key=None):
    path, prefix, _ = FOUND[row]
    return f"/api/v1/i/{slug}/{path.replace('KEY', str(key or OTHER_KEYS.get(prefix, NOWHERE)))}"


def ask(client, row, slug, body=None, key=None, **headers):
    method, url = row.split()[0], address(row, slug, key)
    if method == "get":
        return client.get(url, headers=headers)
    return getattr(client, method)(url, json.dumps(body or {}), "application/json", headers=headers)


def bearer(user, implementation, scopes, secret="hl_endpoints"):
    ApiToken.objects.create(
        user=user,
        implementation=implementation,
        name="test",
        secret_hash=hash_secret(secret),
        prefix=secret[:8],
        scopes=list(scopes),
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def no_second_factor(tenant):
    """The demand for a second factor comes before every answer to an administrator; it has its own tests."""
    tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)


def counts():
    """Rows in every table of the implementation, history included: nothing is written without a trace here."""
    return {model._meta.label: model._base_manager.count() for model in tenant_models()}


def test_no_endpoint_lacks_a_row():
    assert sorted(FOUND) == sorted(row for row, _ in ROWS)


def test_every_row_says_what_the_endpoint_declares():
    """A router serves an action that declares no access as refused: nobody would notice it missing."""
    declared = {
        f"{prefix} {action}" for prefix, viewset, _ in api_routes.router().registry for action in viewset.access
    }
    assert declared == {row.partition(" ")[2] for row in FOUND}


@pytest.mark.parametrize("role", ROLES)
def test_every_endpoint_is_open_to_its_holders_and_to_nobody_else(client, people, tenant, no_second_factor, role):
    client.force_login(people[role])
    wrong = []
    for row, permission in ONE_OF_EACH if role in ASKED_LESS else ROWS:
        status = ask(client, row, tenant.slug).status_code
        if role in NARROWER.get(row, holders(permission)):
            # A list answers, one thing is nobody's, an empty body is refused; never a failure of ours.
            fine = status in {200, 201, 202, 204, 400, 404, 409, 422}
            fine = fine and (status == 200 or not (row.startswith("get") and not FOUND[row][2]))
        else:
            fine = status == 403
        if not fine:
            wrong.append((row, permission, status))
    assert wrong == []


def test_a_stranger_is_asked_for_a_token_and_an_outsider_finds_nothing(client, people, tenant):
    assert {ask(client, row, tenant.slug).status_code for row, _ in ROWS} == {401}
    client.force_login(people["outsider"])
    assert {ask(client, row, tenant.slug).status_code for row, _ in ROWS} == {404}


def test_a_member_of_one_implementation_finds_nothing_in_another(client, implementation, other_implementation):
    """No context is open here: each request opens its own, as in life."""
    with use(implementation):
        staff = factories.member(implementation, "staff")
        access.grant_role(user=staff, role="lead_staff", by=ROBOT)
        ours = {"organizations": factories.OrganizationFactory().pk}
    with use(other_implementation):
        license = factories.LicenseFactory()
        theirs = {
            "organizations": license.organization_id,
            "people": license.person_id,
            "licenses": license.pk,
            "projects": factories.ProjectFactory().pk,
            "contacts": factories.ContactFactory().pk,
            "cocs": factories.CoCFactory().pk,
        }
    client.force_login(staff)
    assert {ask(client, row, other_implementation.slug).status_code for row, _ in ROWS} == {404}
    # Their things asked for at our own address, by their true keys.
    about_one = [row for row in FOUND if row.split()[1] in theirs and FOUND[row][2]]
    assert len(about_one) > 20
    for row in about_one:
        answer = ask(client, row, implementation.slug, key=theirs[row.split()[1]])
        assert answer.status_code == 404 or (answer.status_code == 400 and row.startswith(("post", "patch"))), row
    assert ask(client, "get organizations retrieve", implementation.slug, key=ours["organizations"]).status_code == 200


def test_a_token_does_what_its_scopes_say_and_no_more(client, people, tenant):
    """An administrator's token, for each permission: with all others it is refused, with it alone it is let in."""
    wrong = []
    for permission, rows in ENDPOINTS.items():
        if permission == MEMBER:
            continue
        others = set(PERMISSIONS) - set(any_of(permission))
        without = bearer(people["administrator"], tenant, others, f"hl_no_{rows[0]}".replace(" ", "_"))
        for each in any_of(permission):
            alone = bearer(people["administrator"], tenant, [each], f"hl_only_{rows[0]}_{each}".replace(" ", "_"))
            for row in rows:
                refused = ask(client, row, tenant.slug, **without).status_code
                let_in = ask(client, row, tenant.slug, **alone).status_code
                if refused != 403 or let_in in {401, 403}:
                    wrong.append((row, each, refused, let_in))
    assert wrong == []


def test_what_is_refused_writes_nothing(client, people, tenant, no_second_factor):
    """Every write with nothing, and with nonsense, in its body: 400, 404, 409 or 422, and no table has one row more."""
    client.force_login(people["administrator"])
    before, refused = counts(), 0
    for row, _ in ROWS:
        if row.startswith("get"):
            continue
        for body in ({}, {"organization": "x", "starts_on": "yesterday", "completions": [{}]}):
            now = counts_of_changes()
            status = ask(client, row, tenant.slug, body).status_code
            if status >= 400:
                refused += 1
                assert counts_of_changes() == now, (row, status)
    assert refused > 150
    # What did succeed with an empty body is bookkeeping that asks for none (marking notices read, starting a check).
    grown = {label for label, count in counts().items() if count != before[label]}
    assert not {label for label in grown if label.startswith(("directory.", "agreements.", "training.", "access."))}


def counts_of_changes():
    """The history of what rooms keep, in one number: every write to a tracked table adds to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in HISTORIES))
        return cursor.fetchone()[0]


HISTORIES = [model._meta.db_table for model in tenant_models() if model.__name__.endswith("Event")]


def test_a_refusal_after_the_first_write_undoes_it(client, people, tenant, agency, no_second_factor):
    """The second of two completions is wrong, or the state is (409): what came before it in the request is gone too."""
    client.force_login(people["administrator"])
    course, person = CourseFactory(), factories.PersonFactory()
    good = {"person": str(person.pk), "course": str(course.pk), "completed_on": "2025-06-01"}
    before = counts()
    bad = {**good, "person": str(NOWHERE)}
    answer = ask(client, "post training-completions bulk", tenant.slug, {"completions": [good, bad]})
    assert answer.status_code in {400, 404}, answer.content
    assert counts() == before
    factories.LicenseFactory(organization=agency)
    before = counts()
    assert ask(client, "post organizations close", tenant.slug, key=agency.pk).status_code == 409
    key = {"Idempotency-Key": "again"}
    first = ask(client, "post cocs create", tenant.slug, {"number": "OH-510", "name": "Stark County"}, **key)
    assert first.status_code == 201
    after = counts()
    assert after["directory.CoC"] == before["directory.CoC"] + 1
    second = ask(client, "post cocs create", tenant.slug, {"number": "OH-511", "name": "Other County"}, **key)
    assert second.status_code == 422
    assert counts() == after


def test_every_serializer_lists_its_fields_by_hand():
    """`__all__` and `exclude` would let a new column out by itself."""

    def below(cls):
        for each in cls.__subclasses__():
            yield each
            yield from below(each)

    endpoints()
    ours = [
        cls
        for cls in set(below(ModelSerializer))
        if cls.__module__.split(".")[0] in {config.name.split(".")[0] for config in apps.get_app_configs()}
        and cls.__module__.split(".")[0] in {"hmislead", "agreements", "training", "policies", "reporting"}
    ]
    assert len(ours) > 15
    for cls in ours:
        meta = getattr(cls, "Meta", None)
        if meta is None:  # a base of others, without a model of its own
            continue
        assert isinstance(getattr(meta, "fields", None), list | tuple), cls
        assert not getattr(meta, "exclude", None), cls
