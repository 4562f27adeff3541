"""A person changes the e-mail address they sign in with: a link in the new mailbox, opened by who is signed in.

Only the person themselves can ask and confirm; no operation takes another user. As with invitations the secret of a
link exists in the mail alone. A link is confirmed by a signed-in session of its owner and by nobody else: should an
address be mistyped, the stranger who gets the mail can do nothing with it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from functools import partial

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from hmislead.accounts.models import EmailChange, User, hash_secret
from hmislead.errors import DomainError

GOOD_FOR = dt.timedelta(days=1)
UNKNOWN = "This link does not work any more. Nothing was changed. Ask for a new one under “Sign-in and security”."
SOMEBODY_ELSES = (
    "This link is for another sign-in than the one you are signed in with. Nothing was changed. "
    "Sign out, sign in with the other one, and open the link again."
)
TAKEN = "This address has a sign-in of its own. Nothing was changed. Choose another address."


@transaction.atomic
def ask_for_address(*, address: str, by: User) -> EmailChange:
    """Ask to sign in with `address` from now on. Nothing changes before the link mailed there is opened.

    Only the newest request counts. Whether the address has a sign-in already is not said here: its owner is told by
    mail. Raises DomainError for the address `by` has now.
    """
    wanted = address.strip().lower()
    User.objects.select_for_update().get(pk=by.pk)  # two requests at once: the second replaces the first
    if wanted == by.email:
        raise DomainError("This is the address you sign in with now.")
    EmailChange.objects.filter(user=by, confirmed_at=None).delete()
    change = EmailChange.objects.create(
        user=by,
        old_email=by.email,
        new_email=wanted,
        # Nobody knows this first secret: the task that sends the mail puts the real one in its place.
        secret_hash=hash_secret(secrets.token_urlsafe(32)),
        expires_at=timezone.now() + GOOD_FOR,
    )
    from hmislead.accounts.tasks import send_address_link

    transaction.on_commit(partial(send_address_link.delay, str(change.pk)))
    return change


def find(*, secret: str, by: User) -> EmailChange:
    """The open request behind a link. Raises DomainError for any other, and for somebody else's."""
    change = EmailChange.objects.filter(secret_hash=hash_secret(secret)).first()
    return _checked(change, by)


@transaction.atomic
def confirm_address(*, secret: str, by: User) -> EmailChange:
    """Sign in with the new address from now on; the old one is told. Raises DomainError as `find`, and when the address
    has got a sign-in of its own since."""
    change = _checked(EmailChange.objects.select_for_update().filter(secret_hash=hash_secret(secret)).first(), by)
    user = User.objects.select_for_update().get(pk=by.pk)
    if is_taken(change):
        raise DomainError(TAKEN)
    user.email = change.new_email
    user.save(update_fields=["email"])
    # allauth lets people sign in with, and reset the password by, addresses of its own table.
    EmailAddress.objects.filter(user=user).delete()
    change.confirmed_at = timezone.now()
    change.save(update_fields=["confirmed_at"])
    from hmislead.accounts.tasks import tell_old_address

    transaction.on_commit(partial(tell_old_address.delay, str(change.pk)))
    return change


def is_taken(change: EmailChange) -> bool:
    """True if somebody else signs in with the address that is asked for."""
    return User.objects.filter(email__iexact=change.new_email).exclude(pk=change.user_id).exists()


def _checked(change: EmailChange | None, by: User) -> EmailChange:
    if change is None or not change.is_open:
        raise DomainError(UNKNOWN)
    if change.user_id != by.pk:
        raise DomainError(SOMEBODY_ELSES)
    return change
