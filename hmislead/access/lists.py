"""The lists of members and invitations."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse

from hmislead.access import roles
from hmislead.accounts.invitations import role_words
from hmislead.accounts.models import InvitationDetail, User
from hmislead.tenancy import context, settings
from hmislead.web.listing import Action, Column, Empty, Listing


def _address(name: str, **kwargs: Any) -> str:
    return reverse(f"access:{name}", kwargs={"slug": context.current().slug, **kwargs})


class MemberFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label="Search name or e-mail address")
    role = django_filters.ChoiceFilter(method="with_role", label="Role", choices=roles.CHOICES)

    class Meta:
        model = User
        fields = ()

    def search(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return queryset.filter(Q(name__icontains=value) | Q(email__icontains=value))

    def with_role(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        from hmislead.access.models import RoleGrant

        holders = RoleGrant.objects.active(settings.today()).filter(role=value)
        return queryset.filter(pk__in=holders.values("user_id"))


def grant_words(grant: Any) -> str:
    """A grant in words: "CHO lead of Harbor House"."""
    place = grant.organization or grant.coc
    return f"{grant} of {place}" if place else str(grant)


MEMBERS = Listing(
    name="access.members",
    title="People with access",
    line="Everybody who belongs here, and the roles they hold.",
    noun=("person", "people"),
    filterset=MemberFilter,
    order=("name", "email"),
    columns=[
        Column("name", "Name", str, link=lambda user: _address("member-detail", pk=user.pk), sort="name"),
        Column("email", "E-mail address", "email", sort="email"),
        Column("roles", "Roles", lambda user: "; ".join(grant_words(grant) for grant in user.held)),
    ],
    primary=Action("Invite somebody", lambda request: _address("invitation-new"), "manage_roles"),
    more=(Action("Invitations", lambda request: _address("invitation-list"), "manage_roles"),),
)


class InvitationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label="Search name or e-mail address")
    state = django_filters.ChoiceFilter(label="State", choices=InvitationDetail.State.choices)

    class Meta:
        model = InvitationDetail
        fields = ("state",)

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(name__icontains=value) | Q(email__icontains=value))


INVITATIONS = Listing(
    name="access.invitations",
    title="Invitations",
    noun=("invitation", "invitations"),
    filterset=InvitationFilter,
    order=("-created_at",),
    columns=[
        Column("name", "Name", "name", link=lambda row: _address("invitation-detail", pk=row.pk), sort="name"),
        Column("email", "E-mail address", "email", sort="email"),
        Column("role", "Offers", role_words),
        Column("state", "State", "shown_state", kind="state", sort="state"),
        Column("sent_at", "Sent", "sent_at", kind="moment", sort="sent_at"),
        Column("expires_at", "Good until", "invitation.expires_at", kind="day", sort="invitation__expires_at"),
        Column("invited_by", "Invited by", "invited_by", default=False),
    ],
    empty=Empty("Nobody is invited yet", "Invite the people who keep records here, and one lead for each agency."),
    primary=Action("Invite somebody", lambda request: _address("invitation-new"), "manage_roles"),
    more=(Action("People with access", lambda request: _address("member-list"), "view_settings"),),
)
