"""Invitations: one link, one use, one mailbox."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client

from hmislead.access.models import RoleGrant
from hmislead.accounts import invitations
from hmislead.accounts.models import Invitation, InvitationDetail, Membership, User, hash_secret
from hmislead.accounts.tasks import send_invitation
from hmislead.directory.models import Person
from hmislead.errors import DomainError, WrongState
from hmislead.tenancy.context import use
from tests import factories
from tests.accounts.conftest import PASSWORD, invited, mailed_link, make_administrator, make_member

NEW = {"name": "Dana Whitfield", "password": PASSWORD, "again": PASSWORD}


def open_links(implementation):
    return Invitation.objects.filter(implementation=implementation, used_at=None, withdrawn_at=None)


def test_somebody_new_accepts_and_gets_exactly_what_was_offered(implementation):
    with use(implementation):
        agency = factories.OrganizationFactory(name="Harbor House")
        person = factories.PersonFactory(email="dana@example.org")
    _, link = invited(implementation, "Dana@Example.org", role="cho_lead", organization=agency)
    browser = Client()
    page = browser.get(link)
    assert "CHO lead of Harbor House" in page.content.decode()
    answer = browser.post(link, NEW)
    assert answer.status_code == 200
    user = User.objects.get(email="dana@example.org")
    assert user.check_password(PASSWORD)
    assert not user.is_operator
    with use(implementation):
        grant = RoleGrant.objects.get(user=user)
        assert (grant.role, grant.organization_id, grant.coc_id) == ("cho_lead", agency.pk, None)
        assert Person.objects.get(user=user).pk == person.pk
    assert list(Membership.objects.filter(user=user).values_list("implementation", flat=True)) == [implementation.pk]


def test_naming_a_contact_grants_nothing(implementation):
    """Only an accepted invitation or an administrator's grant gives a role."""
    user = make_member(implementation, "lead@example.org")
    with use(implementation):
        agency = factories.OrganizationFactory()
        person = factories.PersonFactory(email=user.email, user=user)
        factories.ContactFactory(organization=agency, person=person, function="agency_lead")
        assert not RoleGrant.objects.filter(user=user).exists()


def test_the_link_is_in_the_mail_alone(implementation, administrator, signed_in):
    """An administrator who could read the link could take over an address before its owner comes."""
    detail, link = invited(implementation, "dana@example.org", role="lead_staff")
    secret = link.split("/")[2]
    assert Invitation.objects.get(pk=detail.invitation_id).secret_hash == hash_secret(secret)
    browser = signed_in(administrator)
    for path in ("", f"{detail.pk}/"):
        page = browser.get(f"/i/north/settings/invitations/{path}")
        assert page.status_code == 200
        assert secret not in page.content.decode()
        assert "dana@example.org" in page.content.decode()
    message = mail.outbox[-1]
    assert message.to == ["dana@example.org"]
    assert "dana" not in message.subject.lower()
    assert "Accept your invitation to North by" in message.subject


def test_a_link_works_once(implementation):
    _, link = invited(implementation, "dana@example.org")
    assert Client().post(link, NEW).status_code == 200
    again = Client().post(link, {**NEW, "password": "another long password", "again": "another long password"})
    assert again.status_code == 409
    assert "already used" in again.content.decode()
    assert User.objects.get(email="dana@example.org").check_password(PASSWORD)


@pytest.mark.parametrize(("days", "status"), [(13, 200), (15, 409)])
def test_a_link_is_good_for_the_days_of_the_setting(implementation, days, status):
    _, link = invited(implementation, "dana@example.org")
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=days)):
        answer = Client().get(link)
    assert answer.status_code == status
    assert ("expired" in answer.content.decode()) is (status == 409)


def test_a_withdrawn_link_says_so_and_an_unknown_one_too(implementation):
    detail, link = invited(implementation, "dana@example.org")
    with use(implementation):
        from hmislead.access.scopes import ROBOT

        invitations.withdraw(invitation_id=detail.pk, by=ROBOT)
    answer = Client().get(link)
    assert answer.status_code == 409
    assert "withdrawn" in answer.content.decode()
    unknown = Client().get("/invitation/never-made/")
    assert unknown.status_code == 409
    assert "do not know this invitation" in unknown.content.decode()


def test_sending_again_kills_the_old_link(implementation):
    from hmislead.access.scopes import ROBOT

    detail, old = invited(implementation, "dana@example.org")
    with use(implementation):
        invitations.resend(invitation_id=detail.pk, by=ROBOT)
    assert Client().get(old).status_code == 409
    assert Client().get(mailed_link(detail)).status_code == 200


def test_a_task_that_runs_twice_leaves_one_working_link(implementation):
    detail, first = invited(implementation, "dana@example.org")
    send_invitation(str(detail.invitation_id))
    second = mail.outbox[-1].body
    assert first not in second
    assert Client().get(first).status_code == 409


def test_a_task_after_the_answer_sends_nothing(implementation):
    detail, link = invited(implementation, "dana@example.org")
    Client().post(link, NEW)
    send_invitation(str(detail.invitation_id))
    assert len(mail.outbox) == 1


def test_who_has_a_sign_in_must_use_it(implementation, other_implementation, signed_in):
    """One sign-in for several implementations, and no way to set a password through an invitation."""
    user = make_member(other_implementation, "dana@example.org")
    _, link = invited(implementation, "dana@example.org", role="lead_staff")
    page = Client().get(link).content.decode()
    assert "has a sign-in already" in page
    assert 'name="password"' not in page
    stranger = Client().post(link, NEW)
    assert stranger.status_code == 200
    assert not Membership.objects.filter(user=user, implementation=implementation).exists()
    browser = signed_in(user)
    assert browser.post(link).headers["Location"] == "/i/north/"
    assert Membership.objects.filter(user=user).count() == 2
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_somebody_else_cannot_accept_it(implementation, other_implementation, signed_in):
    other = make_member(other_implementation, "mallory@example.org")
    _, link = invited(implementation, "dana@example.org", role="lead_administrator")
    browser = signed_in(other)
    assert "sent to another address" in browser.get(link).content.decode()
    assert browser.post(link).status_code == 409
    assert not Membership.objects.filter(user=other, implementation=implementation).exists()


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short pass", "at least 12"),
        ("password1234", "too common"),
        ("123456789012", "numeric"),
        ("dana@example", "similar"),
    ],
)
def test_weak_passwords_are_refused_and_the_link_stays_open(implementation, password, says):
    _, link = invited(implementation, "dana@example.org")
    answer = Client().post(link, {**NEW, "password": password, "again": password})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert open_links(implementation).exists()
    assert not User.objects.filter(email="dana@example.org").exists()


def test_only_who_manages_roles_invites(implementation, people):
    for name in ("staff", "coc_staff", "cho_lead", "end_user", "auditor", "outsider"):
        with pytest.raises(PermissionDenied):
            invitations.invite(email="x@example.org", name="X", by=people[name])
    assert not InvitationDetail.objects.exists()
    invitations.invite(email="x@example.org", name="X", by=people["administrator"])


def test_an_invitation_of_another_implementation_does_not_exist(implementation, other_implementation, signed_in):
    detail, _ = invited(implementation, "dana@example.org")
    foreign = make_administrator(other_implementation, "foreign@example.org")
    browser = signed_in(foreign)
    for step in ("", "resend/", "withdraw/"):
        method = browser.post if step else browser.get
        assert method(f"/i/south/settings/invitations/{detail.pk}/{step}").status_code == 404
        assert method(f"/i/north/settings/invitations/{detail.pk}/{step}").status_code == 404


def test_twice_the_same_offer_is_refused(tenant, people):
    by = people["administrator"]
    invitations.invite(email="x@example.org", name="X", by=by)
    with pytest.raises(DomainError, match="invited already"):
        invitations.invite(email="X@example.org", name="X", by=by)


@pytest.mark.parametrize("state", ["waiting", "accepted", "withdrawn"])
@pytest.mark.parametrize("step", [invitations.resend, invitations.withdraw])
def test_only_waiting_invitations_move(tenant, people, state, step):
    detail = invitations.invite(email="x@example.org", name="X", by=people["administrator"])
    InvitationDetail.objects.filter(pk=detail.pk).update(state=state)
    if state == "waiting":
        step(invitation_id=detail.pk, by=people["administrator"])
    else:
        with pytest.raises(WrongState):
            step(invitation_id=detail.pk, by=people["administrator"])


def test_it_is_mailed_in_setup_too(implementation):
    """Somebody pressed “Send”: it is no notice of the system."""
    implementation.state = "setup"
    implementation.save()
    invited(implementation, "dana@example.org")
    assert len(mail.outbox) == 1


def test_the_page_invites(implementation, administrator, signed_in, django_capture_on_commit_callbacks):
    browser = signed_in(administrator)
    answer = browser.post(
        "/i/north/settings/invitations/new/", {"name": "Dana", "email": "dana@example.org", "role": "lead_staff"}
    )
    assert answer.status_code == 302
    with use(implementation):
        detail = InvitationDetail.objects.get()
    assert (detail.role, detail.invited_by) == ("lead_staff", administrator)
    wrong = browser.post(
        "/i/north/settings/invitations/new/", {"name": "D", "email": "d@example.org", "role": "cho_lead"}
    )
    assert wrong.status_code == 422
    assert "Choose the agency" in wrong.content.decode()


def test_a_role_that_must_end_asks_for_its_end(tenant, people):
    with pytest.raises(DomainError, match="day on which the role ends"):
        invitations.invite(email="a@example.org", name="A", role="auditor", by=people["administrator"])
    yesterday = factories.TODAY - dt.timedelta(days=2)
    with pytest.raises(DomainError, match="ended already"):
        invitations.invite(
            email="a@example.org", name="A", role="auditor", role_ends_on=yesterday, by=people["administrator"]
        )
