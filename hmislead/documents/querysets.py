"""What a user may know of documents.

Who holds `view_documents` at the implementation sees all. CoC staff see what has left the draft. Every member sees what
is or was in effect, and what they are asked to comment on. Private types, what others commented and what lawyers found
stay with the HMIS Lead and with the staff of CoCs that a document is for: one of its versions was asked for there, or is or
was in effect there. Members of a governing body read what it is asked about, private or not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from hmislead.access import scopes
from hmislead.documents import types
from hmislead.tenancy import settings

KNOWN_TO_ALL = ("effective", "superseded")


def _model(name: str) -> Any:
    return apps.get_model("documents", name)


def documents_for(cocs: Collection[UUID]) -> models.QuerySet[Any]:
    """Ids of the documents that are for these CoCs: a version was asked for there, or is or was in effect there."""
    found: models.QuerySet[Any] = _model("VersionEffect").objects.filter(coc_id__in=cocs).values("version__document_id")
    return found


class StudioQuerySet(models.QuerySet[Any]):
    """Rows of the studio itself: only who may see every document."""

    def visible_to(self, user: Any) -> Any:
        return self if scopes.of(user).scopes("view_documents").everything else self.none()


class VersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        access = scopes.of(user)
        held = access.scopes("view_documents")
        if held.everything:
            return self
        if not (access.person_id or access.roles):
            return self.none()  # no member: what the public may read has a door of its own
        open_now = _model("CommentPeriod").objects.filter(
            version=OuterRef("pk"), opens_on__lte=settings.today(), closes_on__gte=settings.today()
        )
        known = Q(state__in=KNOWN_TO_ALL) | Q(Exists(open_now), state="in_comment")
        mine = Q(pk__in=[])
        if held.cocs:
            known = ~Q(state="draft")
            mine = known & Q(document__in=documents_for(held.cocs))
        # Who votes reads what their governing body is asked about, private or not.
        asked = _model("VersionEffect").objects.filter(version=OuterRef("pk"), coc__in=access.scopes("vote").cocs)
        return self.filter((known & ~Q(document__type__in=types.PRIVATE)) | mine | Q(Exists(asked)))

    def in_effect(self, on: dt.date) -> Any:
        """Versions that are in effect in some CoC on a day."""
        effects = _model("VersionEffect").objects.in_effect(on).filter(version=OuterRef("pk"))
        return self.filter(Exists(effects))


class DocumentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        if scopes.of(user).scopes("view_documents").everything:
            return self
        versions = _model("DocumentVersion").objects.visible_to(user).filter(document=OuterRef("pk"))
        return self.filter(Exists(versions))


class ByVersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        return self.filter(version__in=_model("DocumentVersion").objects.visible_to(user).values("pk"))


class RedlineQuerySet(models.QuerySet[Any]):
    """A redline shows both texts: it is for who may read both."""

    def visible_to(self, user: Any) -> Any:
        versions = _model("DocumentVersion").objects.visible_to(user).values("pk")
        return self.filter(version__in=versions, against__in=versions)


class ByDocumentQuerySet(models.QuerySet[Any]):
    """Rows about a document in one CoC: the HMIS Lead's, and that CoC's staff."""

    def visible_to(self, user: Any) -> Any:
        held = scopes.of(user).scopes("view_documents")
        return self if held.everything else self.filter(coc_id__in=held.cocs)


class LegalReviewQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        held = scopes.of(user).scopes("view_documents")
        if held.everything:
            return self
        return self.filter(document__in=documents_for(held.cocs)) if held.cocs else self.none()


class DecisionQuerySet(models.QuerySet[Any]):
    """Decisions of the bodies of a CoC: its staff, its body's members, and who sees every document."""

    def visible_to(self, user: Any) -> Any:
        access = scopes.of(user)
        held = access.scopes("view_documents")
        if held.everything:
            return self
        return self.filter(body__coc_id__in=held.cocs | access.scopes("vote").cocs)


class ByDecisionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        return self.filter(decision__in=_model("Decision").objects.visible_to(user).values("pk"))


class EffectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        held = scopes.of(user).scopes("view_documents")
        if held.everything:
            return self
        versions = _model("DocumentVersion").objects.visible_to(user).values("pk")
        near = held.cocs | scopes.of(user).scopes("vote").cocs
        return self.filter(Q(state__in=KNOWN_TO_ALL) | Q(coc_id__in=near), version__in=versions)

    def in_effect(self, on: dt.date) -> Any:
        """Rows whose version is in effect on a day, whatever came after."""
        began = Q(effective_from__lte=on, state__in=("effective", "superseded"))
        return self.filter(began, Q(effective_until=None) | Q(effective_until__gte=on))


class ConditionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        held = scopes.of(user).scopes("view_documents")
        return self if held.everything else self.filter(effect__coc_id__in=held.cocs)


class CommentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Your own; all of them for who works on documents; for CoC staff those on documents that are for their CoC."""
        access = scopes.of(user)
        held = access.scopes("view_documents")
        if held.everything:
            return self
        own = Q(author_id=access.user_id) if access.own and access.user_id else Q(pk__in=[])
        if not held.cocs:
            return self.filter(own)
        seen = _model("DocumentVersion").objects.visible_to(user).filter(document__in=documents_for(held.cocs))
        return self.filter(own | Q(period__version__in=seen.values("pk")))
