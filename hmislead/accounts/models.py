"""Sign-ins and what must be read before a tenant is known: global, and listed by name in tests/tenancy.

The one exception is `InvitationDetail`: whom an invitation is for, and to what, belongs to the tenant.
"""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from hmislead.access import roles
from hmislead.audit.tracking import tracked
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey, uuid7
from hmislead.tenancy.models import Implementation


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new sign-in. Without a password it can only be used through a link or a provider."""
        user = self.model(email=email.strip().lower(), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in: one for all licenses and all implementations of a human being."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False, help_text="May create implementations; sees no tenant's data.")
    created_at = models.DateTimeField(auto_now_add=True)

    token_scopes: frozenset[str] | None  # set for the time of a request that a token makes

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_whatever_its_case"),
            # A superuser passes every guardian check.
            models.CheckConstraint(condition=models.Q(is_superuser=False), name="user_never_superuser"),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class Membership(models.Model):
    """That a user belongs to an implementation. What they may do there is in its role grants."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    implementation = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "implementation"], name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.implementation_id}"


def hash_secret(secret: str) -> str:
    """What is stored of a token or link: enough to recognise it, nothing to use it with."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Invitation(models.Model):
    """The hash of an invitation link. Whom it invites, and to what, is in the tenant's own row (`InvitationDetail`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    implementation = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="invitations")
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.withdrawn_at is None and self.expires_at > timezone.now()


class EmailChange(models.Model):
    """That somebody asked for, and perhaps confirmed, another address to sign in with. Confirmed ones are kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_changes")
    old_email = models.EmailField("address before")
    new_email = models.EmailField("new address")
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(confirmed_at=None), name="email_change_one_open"
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.confirmed_at is None and self.expires_at > timezone.now()


class InvitationDetailQuerySet(models.QuerySet["InvitationDetail"]):
    def visible_to(self, user: Any) -> InvitationDetailQuerySet:
        """Invitations `user` may know of: all with `manage_roles` at the implementation, else none."""
        from hmislead.access.scopes import of

        return self if of(user).scopes("manage_roles").everything else self.none()


@tracked
class InvitationDetail(TenantModel):
    """Whom an invitation is for and which role it offers. Accepting it grants the role; sending it grants nothing."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for an answer"
        ACCEPTED = "accepted", "Accepted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "waiting": {"accepted", "withdrawn"},
        "accepted": set(),
        "withdrawn": set(),
    }

    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="detail")
    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=30, choices=roles.CHOICES, blank=True)
    coc = TenantForeignKey("directory.CoC", null=True, blank=True, related_name="+")
    organization = TenantForeignKey("directory.Organization", null=True, blank=True, related_name="+")
    role_ends_on = models.DateField(null=True, blank=True)
    person = TenantForeignKey("directory.Person", null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationDetailQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"The invitation of {self.name}"

    @property
    def is_expired(self) -> bool:
        return self.state == self.State.WAITING and not self.invitation.is_open

    @property
    def shown_state(self) -> str:
        return "expired" if self.is_expired else self.state


class ApiToken(models.Model):
    """A key a person made for a machine: for one implementation, with named scopes, until a date."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    implementation = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="tokens")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, help_text="The first letters, to tell tokens apart.")
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, help_text="Permissions the token may use, at most those of its maker.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class IdentityProvider(models.Model):
    """The one OpenID Connect or SAML provider of an implementation; its sign-ins open that implementation alone."""

    implementation = models.OneToOneField(Implementation, on_delete=models.CASCADE, related_name="identity_provider")
    app = models.OneToOneField("socialaccount.SocialApp", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.app)
