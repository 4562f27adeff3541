"""What a user may know of agreements."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When

from hmislead.access import scopes
from hmislead.directory.querysets import within


class PartyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Parties of agreements the user may see."""
        agreements = apps.get_model("agreements", "Agreement").objects.visible_to(user).values("pk")
        return self.filter(agreement__in=agreements)


class AgreementQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Your own; and with `view_evidence` those your agency or CoC is party to. A person's agreement at another
        agency stays theirs."""
        access = scopes.of(user)
        held = access.scopes("view_evidence")
        if held.everything:
            return self
        party = Q(person_id=access.person_id) if access.person_id else Q(pk__in=[])
        if held:
            party |= Q(organization__isnull=False) & within(held)
            party |= Q(coc_id__in=held.cocs, person=None)
        parties = apps.get_model("agreements", "AgreementParty").objects.filter(party, agreement=OuterRef("pk"))
        return self.filter(Exists(parties))

    def in_force(self, on: dt.date) -> Any:
        """Agreements that bind on a day: signed, effective, not past their last day, not terminated."""
        return self.filter(
            Q(signed_on=None) | Q(signed_on__lte=on),
            Q(ends_on=None) | Q(ends_on__gte=on),
            Q(terminated_on=None) | Q(terminated_on__gt=on),
            effective_on__lte=on,
        )

    def with_standing(self, on: dt.date, *, soon_days: int) -> Any:
        """Annotate `standing` on a day: waiting, in_force, ending_soon, expired or ended."""
        soon = on + dt.timedelta(days=soon_days)
        return self.annotate(
            standing=Case(
                When(terminated_on__lte=on, then=Value("ended")),
                When(ends_on__lt=on, then=Value("expired")),
                When(Q(effective_on__gt=on) | Q(signed_on__gt=on), then=Value("waiting")),
                When(Q(ends_on__lte=soon) | Q(terminated_on__lte=soon), then=Value("ending_soon")),
                default=Value("in_force"),
                output_field=CharField(),
            )
        )

    def with_party(self, **party: Any) -> Any:
        """Agreements with one party that has all of these: `with_party(role="cho", organization=agency)`."""
        parties = apps.get_model("agreements", "AgreementParty").objects.filter(agreement=OuterRef("pk"), **party)
        return self.filter(Exists(parties))

    def for_list(self) -> Any:
        """What one row of the list shows, in a fixed number of queries."""
        return self.select_related("file").prefetch_related(
            models.Prefetch(
                "parties",
                apps.get_model("agreements", "AgreementParty").objects.select_related("coc", "organization", "person"),
            )
        )
