"""API tokens: never more than their maker, one implementation, until a day."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from hmislead.access import operations as access_operations
from hmislead.access.models import RoleGrant
from hmislead.access.permissions import OWN
from hmislead.access.scopes import ROBOT
from hmislead.accounts import tokens
from hmislead.accounts.models import ApiToken, Membership, hash_secret
from hmislead.errors import DomainError
from hmislead.tenancy.context import use
from tests import factories
from tests.accounts.conftest import make_administrator
from tests.training.factories import CourseFactory


def make_token(implementation, user, *wanted, days=30):
    with use(implementation):
        return tokens.create(name="Nightly", wanted=list(wanted), days=days, by=user)


def ask(secret, path="settings/", slug="north", **options):
    return Client().get(f"/api/v1/i/{slug}/{path}", headers={"Authorization": f"Bearer {secret}"}, **options)


def test_the_secret_is_shown_once_and_kept_as_a_hash(implementation, administrator, signed_in):
    browser = signed_in(administrator)
    made = browser.post("/i/north/tokens/", {"name": "Nightly", "scopes": ["view_settings"], "days": "30"})
    assert made.status_code == 200
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert secret not in browser.get("/i/north/tokens/").content.decode()
    row = ApiToken.objects.get()
    assert row.secret_hash == hash_secret(secret)
    assert ask(secret).status_code == 200
    assert browser.post(f"/i/north/tokens/{row.pk}/revoke/").status_code == 302
    assert ask(secret).status_code == 401


def test_scopes_narrow_what_the_token_may_do(implementation, administrator):
    _, narrow = make_token(implementation, administrator, "view_directory")
    assert ask(narrow).status_code == 403
    assert ask(narrow, "role-grants/").status_code == 403
    _, reader = make_token(implementation, administrator, "view_settings")
    assert ask(reader).status_code == 200
    write = Client().post(
        "/api/v1/i/north/settings/session.idle_minutes/decisions/",
        {"value": 10},
        "application/json",
        headers={"Authorization": f"Bearer {reader}"},
    )
    assert write.status_code == 403


def test_a_token_that_leaves_nothing_of_a_role_knows_nothing_that_members_know(implementation, administrator):
    """Courses, documents in effect and the offense ladder are every member's: of a token, while it leaves them a role."""
    with use(implementation):
        CourseFactory()
    for scope, known in ((OWN, 0), ("view_directory", 1)):
        _, secret = make_token(implementation, administrator, scope)
        assert len(ask(secret, "courses/").json()["results"]) == known


def test_a_token_loses_what_its_maker_loses(implementation, administrator):
    other = make_administrator(implementation, "other@example.org")
    _, secret = make_token(implementation, other, "view_settings", "view_directory")
    assert ask(secret, "role-grants/").status_code == 200
    with use(implementation):
        grant = RoleGrant.objects.get(user=other)
        agency = factories.OrganizationFactory()
        access_operations.revoke_role(grant_id=grant.pk, by=administrator)
        access_operations.grant_role(user=other, role="cho_lead", organization=agency, by=administrator)
    assert ask(secret, "role-grants/").status_code == 403
    assert ask(secret, "organizations/").status_code == 200
    Membership.objects.filter(user=other).delete()
    assert ask(secret, "organizations/").status_code == 404


def test_it_opens_one_implementation(implementation, other_implementation, administrator):
    with use(other_implementation):
        access_operations.grant_role(user=administrator, role="lead_administrator", by=ROBOT)
    _, secret = make_token(implementation, administrator, "view_settings")
    assert ask(secret).status_code == 200
    assert ask(secret, slug="south").status_code == 404


@pytest.mark.parametrize("wanted", [["manage_settings"], ["view_directory", "manage_roles"], ["no_such"], []])
def test_nobody_gives_more_than_they_have(tenant, people, wanted):
    with pytest.raises(DomainError, match="only what you may do yourself"):
        tokens.create(name="x", wanted=wanted, days=30, by=people["staff"])


@pytest.mark.parametrize("role", ["end_user", "staff"])
def test_everybody_may_offer_their_own_papers_and_notices(tenant, people, role):
    token, _ = tokens.create(name="x", wanted=[OWN], days=30, by=people[role])
    assert token.scopes == [OWN]


@pytest.mark.parametrize(("days", "fine"), [(0, False), (1, True), (365, True), (366, False)])
def test_a_year_at_most(tenant, people, days, fine):
    if fine:
        tokens.create(name="x", wanted=["view_settings"], days=days, by=people["staff"])
    else:
        with pytest.raises(DomainError, match="1 to 365"):
            tokens.create(name="x", wanted=["view_settings"], days=days, by=people["staff"])


def test_it_ends_on_its_day(implementation, administrator):
    _, secret = make_token(implementation, administrator, "view_settings", days=1)
    now = dt.datetime.now(dt.UTC)
    with time_machine.travel(now + dt.timedelta(hours=23)):
        assert ask(secret).status_code == 200
    with time_machine.travel(now + dt.timedelta(hours=25)):
        assert ask(secret).status_code == 401


def test_twenty_at_most(tenant, people):
    for n in range(20):
        tokens.create(name=str(n), wanted=["view_settings"], days=30, by=people["staff"])
    with pytest.raises(DomainError, match="20 tokens"):
        tokens.create(name="one more", wanted=["view_settings"], days=30, by=people["staff"])


def test_nobody_sees_or_revokes_anothers(people, signed_in):
    token, _ = tokens.create(name="Private one", wanted=["view_settings"], days=30, by=people["staff"])
    browser = signed_in(people["auditor"])
    assert "Private one" not in browser.get("/i/north/tokens/").content.decode()
    assert browser.post(f"/i/north/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.is_usable


@pytest.mark.parametrize("secret", ["", "nonsense", "hml_" + "x" * 43])
def test_an_unknown_token_is_401(implementation, secret):
    answer = ask(secret)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")
