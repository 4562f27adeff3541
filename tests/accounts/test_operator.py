"""The operator: makes implementations, lets somebody else in once, sees nothing inside."""

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from hmislead.access.models import RoleGrant
from hmislead.accounts.models import InvitationDetail, Membership, User
from hmislead.errors import DomainError
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Crossing, Implementation
from hmislead.tenancy.operations import create_implementation, invite_first_administrator
from tests import factories
from tests.accounts.conftest import PASSWORD, mailed_link

NEW = {
    "name": "Harbor HMIS",
    "slug": "harbor",
    "timezone": "America/Chicago",
    "admin_name": "Dana Whitfield",
    "admin_email": "dana@example.org",
}


@pytest.fixture
def operator(db):
    return User.objects.create_user("operator@example.org", name="Olu", is_operator=True)


def detail_of(slug):
    made = Implementation.objects.get(slug=slug)
    with use(made):
        return made, InvitationDetail.objects.select_related("invitation").get()


def test_from_nothing_to_a_working_administrator(operator, signed_in):
    """The page makes it, the mail leads in, and the invited person is its Lead administrator."""
    assert signed_in(operator).post("/operator/", NEW).status_code == 302
    made, detail = detail_of("harbor")
    assert (made.state, made.timezone, detail.role) == ("setup", "America/Chicago", "lead_administrator")
    link = mailed_link(detail)
    assert "The operator of HMIS Lead invites you to Harbor HMIS as Lead administrator" in mail.outbox[-1].body
    browser = Client()
    browser.post(link, {"name": "Dana", "password": PASSWORD, "again": PASSWORD})
    user = User.objects.get(email="dana@example.org")
    with use(made):
        assert RoleGrant.objects.get(user=user).role == "lead_administrator"


def test_every_crossing_is_in_the_log(operator, signed_in):
    browser = signed_in(operator)
    browser.post("/operator/", NEW)
    made = Implementation.objects.get(slug="harbor")
    crossing = Crossing.objects.get(implementation=made)
    assert (crossing.user, crossing.why) == (operator, "invite the first administrator")
    browser.get("/operator/")  # reads the message that names the address the operator has just typed
    page = browser.get(f"/operator/{made.pk}/").content.decode()
    assert "invite the first administrator" in page
    assert "dana@example.org" not in page


def test_the_list_shows_states_and_nothing_inside(operator, implementation, people, signed_in):
    factories.OrganizationFactory(name="Secret Shelter")
    page = signed_in(operator).get("/operator/").content.decode()
    assert "North" in page
    assert "Secret Shelter" not in page
    assert people["administrator"].email not in page


@pytest.mark.parametrize("path", ["", "settings/", "settings/people/", "settings/invitations/", "tokens/"])
def test_an_operator_without_membership_finds_nothing_inside(operator, implementation, signed_in, path):
    assert signed_in(operator).get(f"/i/north/{path}").status_code == 404


def test_the_api_is_closed_to_the_operator(operator, implementation, signed_in):
    assert signed_in(operator).get("/api/v1/i/north/settings/").status_code == 404


def test_an_operator_cannot_let_themselves_in(operator, implementation, administrator, signed_in):
    """Once there is an administrator, the door from outside is shut."""
    browser = signed_in(operator)
    answer = browser.post(f"/operator/{implementation.pk}/", {"name": "Olu", "email": operator.email})
    assert answer.status_code == 422
    assert "has an administrator" in answer.content.decode()
    with use(implementation):
        assert not InvitationDetail.objects.exists()
    with pytest.raises(DomainError):
        invite_first_administrator(implementation=implementation, email="x@example.org", name="X", operator=operator)


@pytest.mark.parametrize("name", ["administrator", "staff", "end_user", "outsider"])
def test_nobody_else_is_an_operator(people, implementation, signed_in, name):
    browser = signed_in(people[name])
    assert browser.get("/operator/").status_code == 404
    assert browser.post("/operator/", NEW).status_code == 404
    assert browser.get(f"/operator/{implementation.pk}/").status_code == 404
    with pytest.raises(PermissionDenied):
        create_implementation(**NEW, operator=people[name])
    assert not Implementation.objects.filter(slug="harbor").exists()


@pytest.mark.parametrize("slug", ["Harbor", "har bor", "-harbor", "harbor--x", "north", ""])
def test_a_bad_or_taken_short_name_is_refused(operator, implementation, signed_in, slug):
    answer = signed_in(operator).post("/operator/", {**NEW, "slug": slug})
    assert answer.status_code == 422
    with pytest.raises(ValidationError):
        create_implementation(**{**NEW, "slug": slug})
    assert Implementation.objects.count() == 1


def test_the_command_does_the_same(db, capsys):
    call_command(
        "create_implementation",
        slug="harbor",
        name="Harbor HMIS",
        timezone="America/Chicago",
        admin_email="d@example.org",
    )
    assert "Harbor HMIS is made at /i/harbor/" in capsys.readouterr().out
    _, detail = detail_of("harbor")
    assert detail.email == "d@example.org"
    assert Crossing.objects.get().user is None
    with pytest.raises(CommandError, match="already exists"):
        call_command("create_implementation", slug="harbor", name="Again", admin_email="d@example.org")


def test_a_first_operator_is_made_on_the_command_line(db, monkeypatch, capsys):
    monkeypatch.setenv("HMISLEAD_OPERATOR_PASSWORD", PASSWORD)
    call_command("create_operator", email="op@example.org")
    made = User.objects.get(email="op@example.org")
    assert made.is_operator
    assert made.check_password(PASSWORD)
    assert not Membership.objects.exists()
    with pytest.raises(CommandError, match="has a sign-in"):
        call_command("create_operator", email="OP@example.org")
    monkeypatch.setenv("HMISLEAD_OPERATOR_PASSWORD", "short")
    with pytest.raises(CommandError, match="at least 12"):
        call_command("create_operator", email="other@example.org")
