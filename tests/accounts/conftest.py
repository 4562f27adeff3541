"""People who sign in, with a password everybody here shares."""

import re

import pytest
from django.core import mail
from django.test import Client

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.accounts import invitations
from hmislead.accounts.models import Membership, User
from hmislead.accounts.tasks import send_invitation
from hmislead.tenancy.context import use

PASSWORD = "correct horse battery staple"


@pytest.fixture
def signed_in(db):
    """`signed_in(user)`: a browser in which that user has signed in with their password, through the page."""

    def make(user, client=None):
        if not user.check_password(PASSWORD):  # a changed password would sign out the browsers before
            user.set_password(PASSWORD)
            user.save()
        browser = client or Client()
        answer = browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.content
        return browser

    return make


@pytest.fixture
def administrator(implementation):
    """A Lead administrator of `implementation`, which demands no second factor of anybody."""
    return make_administrator(implementation, "admin@example.org")


def make_administrator(implementation, email):
    user = User.objects.create_user(email, name=email.split("@")[0].title())
    with use(implementation):
        without_second_factor()
        access_operations.grant_role(user=user, role="lead_administrator", by=ROBOT)
    return user


def without_second_factor():
    from hmislead.tenancy.operations import change_setting

    change_setting(key="mfa.required_roles", value=[], by=ROBOT)


def make_member(implementation, email):
    user = User.objects.create_user(email, name=email.split("@")[0].title())
    Membership.objects.create(user=user, implementation=implementation)
    return user


def invited(implementation, email, by=ROBOT, **fields):
    """An invitation that was mailed: its row, and the path of its link."""
    with use(implementation):
        detail = invitations.invite(email=email, name="Dana Whitfield", by=by, **fields)
    return detail, mailed_link(detail)


def mailed_link(detail):
    """Send the mail of an invitation, and read the link out of it."""
    send_invitation(str(detail.invitation_id))
    return re.search(r"/invitation/[\w-]+/", mail.outbox[-1].body).group(0)
