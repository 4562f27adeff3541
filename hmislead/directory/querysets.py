"""What a user may know of the directory. `visible_to` is the only door: pages, API, exports, counts and files."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from hmislead.access import scopes
from hmislead.access.scopes import Scopes


def running(on: dt.date, prefix: str = "") -> Q:
    """Rows with `starts_on`/`ends_on` that hold on a day. No start means since always, no end until further notice."""
    started = Q(**{f"{prefix}starts_on": None}) | Q(**{f"{prefix}starts_on__lte": on})
    return started & (Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gte": on}))


def in_cocs(cocs: frozenset[Any]) -> models.QuerySet[Any]:
    """Ids of the organizations that take part, or took part, in these CoCs."""
    participation = apps.get_model("directory", "Participation")
    return participation.objects.filter(coc_id__in=cocs).values("organization_id")


def within(held: Scopes, organization: str = "organization") -> Q:
    """Rows whose organization (a field name, or `pk` on the organization itself) lies inside scopes."""
    if held.everything:
        return Q()
    key = "pk" if organization == "pk" else f"{organization}_id"
    reach = Q(**{f"{key}__in": held.organizations})
    return reach | Q(**{f"{key}__in": in_cocs(held.cocs)}) if held.cocs else reach


class VisibleQuerySet(models.QuerySet[Any]):
    """Narrow by `permission` at the row's organization, reached through `organization_path`."""

    permission = "view_directory"
    organization_path = "organization"

    def visible_to(self, user: Any) -> Any:
        """The rows `user` may know exist."""
        held = scopes.of(user).scopes(self.permission)
        return self.filter(within(held, self.organization_path)) if held else self.none()


class LeadOnlyQuerySet(models.QuerySet[Any]):
    """Rows that only who works for the HMIS Lead may see."""

    permission = "import_data"

    def visible_to(self, user: Any) -> Any:
        return self if scopes.of(user).scopes(self.permission).everything else self.none()


class CoCQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """CoCs of the user's share: named by a role, or taken part in by their agency."""
        held = scopes.of(user).scopes("view_directory")
        if held.everything:
            return self
        participation = apps.get_model("directory", "Participation").objects
        taken_part = participation.filter(organization_id__in=held.organizations, coc=OuterRef("pk"))
        return self.filter(Q(pk__in=held.cocs) | Exists(taken_part)) if held else self.none()


class ByCoCQuerySet(models.QuerySet[Any]):
    coc_path = "coc"

    def visible_to(self, user: Any) -> Any:
        cocs = apps.get_model("directory", "CoC").objects.visible_to(user).values("pk")
        return self.filter(**{f"{self.coc_path}__in": cocs})


class ByBodyQuerySet(ByCoCQuerySet):
    coc_path = "body__coc"


class OrganizationQuerySet(VisibleQuerySet):
    organization_path = "pk"

    def current(self) -> Any:
        """Organizations that still stand: not merged away, not closed."""
        return self.filter(merged_into=None, closed_on=None)

    def chos(self, on: dt.date) -> Any:
        """Organizations that hold the CHO role on a day and had not closed or been merged away."""
        role = apps.get_model("directory", "OrganizationRole").objects.filter(organization=OuterRef("pk"), role="cho")
        standing = Q(closed_on=None) | Q(closed_on__gt=on)
        return self.filter(Exists(role.filter(running(on))), standing, merged_into=None)


class ByOrganizationQuerySet(VisibleQuerySet):
    """Contacts, roles, participations: seen by whoever sees the organization."""


class SignatoryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        held = scopes.of(user).scopes("view_directory")
        if held.everything:
            return self
        return self.filter(within(held) | Q(coc_id__in=held.cocs)) if held else self.none()


class ProjectQuerySet(VisibleQuerySet):
    def visible_to(self, user: Any) -> Any:
        """Projects of the user's agencies; for CoC staff those located in their CoC, not the agency's others elsewhere."""
        held = scopes.of(user).scopes("view_directory")
        if held.everything:
            return self
        located = apps.get_model("directory", "ProjectCoC").objects.filter(project=OuterRef("pk"), coc_id__in=held.cocs)
        return self.filter(Q(organization_id__in=held.organizations) | Exists(located)) if held else self.none()


class ByProjectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        projects = apps.get_model("directory", "Project").objects.visible_to(user).values("pk")
        return self.filter(project__in=projects)


class PersonQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Yourself; and, with `view_people`, people with a license or a contact function at your agencies."""
        return self.reached_by(user, "view_people")

    def reached_by(self, user: Any, permission: str) -> Any:
        """Yourself; and people with a license or a contact function where `permission` is held."""
        access = scopes.of(user)
        held = access.scopes(permission)
        if held.everything:
            return self
        # One set of keys, which PostgreSQL counts before it joins; of "this or that" it expects half of all people.
        reach = [
            apps.get_model("directory", model).objects.filter(within(held)).order_by().values("person")
            for model in ("License", "Contact")
            if held
        ]
        if access.person_id:
            reach.append(self.model._base_manager.filter(pk=access.person_id).values("pk"))
        return self.filter(pk__in=reach[0].union(*reach[1:])) if reach else self.none()

    def nameable_by(self, user: Any) -> Any:
        """People `user` may choose by name for a seat or a power to sign: those of `visible_to`, and who stands for an
        agency or CoC of their share already (contacts, signatories, members of its bodies).

        To choose somebody shows their name and title and opens nothing about them (docs/decisions/0006).
        """
        held = scopes.of(user).scopes("view_directory")
        known = Q(pk__in=self.model.objects.visible_to(user).values("pk"))
        if held:
            for name, where in (
                ("Contact", within(held)),
                ("Signatory", within(held) | Q(coc_id__in=held.cocs)),
                ("BodyMember", Q() if held.everything else Q(body__coc_id__in=held.cocs)),
            ):
                rows = apps.get_model("directory", name).objects.filter(where, person=OuterRef("pk"))
                known |= Q(Exists(rows))
        return self.filter(known)

    def current(self) -> Any:
        return self.filter(merged_into=None)


class EvidenceQuerySet(models.QuerySet[Any]):
    """What a person did, on record: training, certifications, acknowledgements, quizzes."""

    def visible_to(self, user: Any) -> Any:
        """Your own; and those of people you may see, at agencies whose evidence you may see: somebody may see the people
        of one agency, and the evidence of another."""
        access = scopes.of(user)
        held = access.scopes("view_evidence")
        if held.everything:
            return self
        people = apps.get_model("directory", "Person").objects.visible_to(user)
        if held != access.scopes("view_people"):
            people = people.reached_by(user, "view_evidence")
        return self.filter(person__in=people.values("pk"))


class StaffPositionQuerySet(VisibleQuerySet):
    permission = "view_staff"


class LicenseQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Your own licenses; and, with `view_people`, those at your agencies - never a shared person's elsewhere."""
        access = scopes.of(user)
        held = access.scopes("view_people")
        if held.everything:
            return self
        own = Q(person_id=access.person_id) if access.person_id else Q(pk__in=[])
        return self.filter(own | within(held)) if held else self.filter(own)

    def living(self) -> Any:
        return self.exclude(state="terminated")

    def living_on(self, day: dt.date) -> Any:
        """Licenses asked for by a day and not yet terminated on it."""
        return self.filter(Q(terminated_on=None) | Q(terminated_on__gt=day), requested_on__lte=day)


class ByLicenseQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        licenses = apps.get_model("directory", "License").objects.visible_to(user).values("pk")
        return self.filter(license__in=licenses)


class ImportQuerySet(LeadOnlyQuerySet):
    """Batches are seen by whoever may import."""


class ByBatchQuerySet(LeadOnlyQuerySet):
    """Parts of a batch, likewise."""


class MergeQuerySet(LeadOnlyQuerySet):
    """Merges are seen by who sees the whole directory: both records may be of any agency."""

    permission = "view_directory"
