"""Inviting people: one link, used once, good until a day; it is the only way an account comes to be.

The secret of a link exists in one place only: the mail. The task that sends the mail makes it and stores its hash, so
that no administrator of a tenant ever holds a link to somebody else's mailbox.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from hmislead.access import operations as access_operations
from hmislead.access import roles, scopes
from hmislead.access.models import RoleGrant
from hmislead.accounts.models import Invitation, InvitationDetail, Membership, User, hash_secret
from hmislead.directory.models import Person
from hmislead.errors import DomainError, WrongState
from hmislead.tenancy import context, settings

USED = "This invitation was already used. Sign in with your e-mail address and password."
WITHDRAWN = "This invitation was withdrawn. If you still need access, ask the person who invited you."
EXPIRED = "This invitation has expired. Ask the person who invited you to send it again."
UNKNOWN = "We do not know this invitation. Open the link from the newest mail you got, or ask for a new one."


@transaction.atomic
def invite(
    *,
    email: str,
    name: str,
    by: Any,
    role: str = "",
    coc: Any = None,
    organization: Any = None,
    role_ends_on: dt.date | None = None,
    person: Any = None,
) -> InvitationDetail:
    """Invite somebody to the current implementation, and to a role there or (no `role`) to their own page alone.

    `role_ends_on` is the last day of the role. The mail leaves after commit, whatever the state of the implementation:
    it is the act of a person, not a notice. Raises PermissionDenied unless `by` may manage roles, DomainError for an
    invitation that waits already or a role that cannot be held there.
    """
    _require_manager(by)
    address = email.strip().lower()
    if role:
        access_operations.check_role(role=role, coc=coc, organization=organization, ends_on=role_ends_on)
    if role_ends_on and role_ends_on < settings.today():
        raise DomainError("The role would have ended already. Give a day from today on.")
    waiting = InvitationDetail.objects.filter(
        email=address, role=role, coc=coc, organization=organization, state=InvitationDetail.State.WAITING
    )
    if waiting.exists():
        raise DomainError("This person is invited already. Send the invitation again instead.")
    # Nobody knows this first secret: the task that sends the mail puts the real one in its place.
    link = Invitation.objects.create(
        implementation=context.current(), secret_hash=hash_secret(secrets.token_urlsafe(32)), expires_at=_expiry()
    )
    detail = InvitationDetail.objects.create(
        invitation=link,
        email=address,
        name=name.strip(),
        role=role,
        coc=coc,
        organization=organization,
        role_ends_on=role_ends_on,
        person=person or Person.objects.filter(email=address, merged_into=None).first(),
        invited_by=by if getattr(by, "pk", None) else None,
    )
    transaction.on_commit(_mail(detail))
    return detail


@transaction.atomic
def resend(*, invitation_id: uuid.UUID, by: Any) -> InvitationDetail:
    """Send a new link, good for the whole time again; the old one stops working. Raises WrongState once answered."""
    detail = _waiting(invitation_id, by, "sent again")
    Invitation.objects.filter(pk=detail.invitation_id).update(
        expires_at=_expiry(), secret_hash=hash_secret(secrets.token_urlsafe(32))
    )
    transaction.on_commit(_mail(detail))
    return detail


@transaction.atomic
def withdraw(*, invitation_id: uuid.UUID, by: Any) -> InvitationDetail:
    """Make the link useless. Raises WrongState once it was answered."""
    detail = _waiting(invitation_id, by, "withdrawn")
    Invitation.objects.filter(pk=detail.invitation_id).update(withdrawn_at=timezone.now())
    return _answer(detail, InvitationDetail.State.WITHDRAWN)


def find(secret: str) -> Invitation:
    """The open invitation behind a link. Raises DomainError with a kind sentence for any other."""
    link = Invitation.objects.select_related("implementation").filter(secret_hash=hash_secret(secret)).first()
    if link is None:
        raise DomainError(UNKNOWN)
    _require_open(link)
    return link


def has_account(email: str) -> bool:
    """True if the address has a sign-in already, here or in any other implementation."""
    return User.objects.filter(email__iexact=email).exists()


@transaction.atomic
def accept_as_new(*, secret: str, name: str, password: str) -> User:
    """Make a sign-in from an invitation: the link proved the address. Raises DomainError for a link that is not open
    or an address that has a sign-in, ValidationError for a weak password."""
    link = _lock(secret)
    with context.use(link.implementation):
        detail = InvitationDetail.objects.select_for_update(of=("self",)).get(invitation=link)
        if has_account(detail.email):
            raise DomainError("This address has a sign-in already. Sign in with it, then open the link again.")
        user = User(email=detail.email, name=name.strip())
        validate_password(password, user)
        user.set_password(password)
        user.save()
        _join(link, detail, user)
    return user


@transaction.atomic
def accept_as_existing(*, secret: str, user: User) -> None:
    """Add the implementation to somebody's sign-in. Raises DomainError unless `user` owns the invited address."""
    link = _lock(secret)
    with context.use(link.implementation):
        detail = InvitationDetail.objects.select_for_update(of=("self",)).get(invitation=link)
        if user.email != detail.email:
            raise DomainError(
                "This invitation was sent to another address than the one you are signed in with. "
                "Sign out, sign in with that address, and open the link again."
            )
        _join(link, detail, user)


def _join(link: Invitation, detail: InvitationDetail, user: User) -> None:
    """Membership, the link to the person, and the role that was offered."""
    Membership.objects.get_or_create(user=user, implementation=link.implementation)
    own = Person.objects.filter(merged_into=None, user=None, email=user.email)
    if not Person.objects.filter(merged_into=None, user=user).exists():
        own.update(user=user)
    held = RoleGrant.objects.active(settings.today()).filter(
        user=user, role=detail.role, coc=detail.coc, organization=detail.organization
    )
    if detail.role and not held.exists():
        # The administrator who invited has decided; the system writes it down on the day it is accepted.
        access_operations.grant_role(
            user=user,
            role=detail.role,
            coc=detail.coc,
            organization=detail.organization,
            ends_on=detail.role_ends_on,
            by=scopes.ROBOT,
            decided_by=detail.invited_by,
        )
    Invitation.objects.filter(pk=link.pk).update(used_at=timezone.now())
    detail.accepted_by = user
    _answer(detail, InvitationDetail.State.ACCEPTED)


def _answer(detail: InvitationDetail, state: InvitationDetail.State) -> InvitationDetail:
    detail.state = state
    detail.answered_at = timezone.now()
    detail.save(update_fields=["state", "answered_at", "accepted_by", "updated_at"])
    return detail


def _lock(secret: str) -> Invitation:
    link = Invitation.objects.select_for_update().filter(secret_hash=hash_secret(secret)).first()
    if link is None:
        raise DomainError(UNKNOWN)
    _require_open(link)
    return link


def _require_open(link: Invitation) -> None:
    if link.used_at:
        raise DomainError(USED)
    if link.withdrawn_at:
        raise DomainError(WITHDRAWN)
    if not link.is_open:
        raise DomainError(EXPIRED)


def _waiting(invitation_id: uuid.UUID, by: Any, step: str) -> InvitationDetail:
    _require_manager(by)
    details = InvitationDetail.objects.visible_to(by).select_for_update(of=("self",))
    detail = details.get(pk=invitation_id)
    if detail.state != InvitationDetail.State.WAITING:
        raise WrongState(detail, step)
    return detail


def _require_manager(by: Any) -> None:
    if not scopes.of(by).scopes("manage_roles").everything:
        raise PermissionDenied("Only a Lead administrator may invite people.")


def _expiry() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=settings.value("invitation.valid_days"))


def _mail(detail: InvitationDetail) -> Callable[[], Any]:
    from hmislead.accounts.tasks import send_invitation

    return partial(send_invitation.delay, str(detail.invitation_id))


def first_administrator_is_missing() -> bool:
    """True while nobody can grant roles in the current implementation."""
    return not RoleGrant.objects.active(settings.today()).filter(role="lead_administrator").exists()


def role_words(detail: InvitationDetail) -> str:
    """The role offered, in words: "CHO lead of Harbor House"."""
    if not detail.role:
        return "your own page"
    label = roles.ROLES[detail.role].label
    place = detail.organization or detail.coc
    return f"{label} of {place}" if place else label
