"""What each person must acknowledge on a day, which version it is, and until when their acknowledgement counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest

from hmislead.compliance.expressions import AddDays, AddMonths
from hmislead.directory.models import Contact, License
from hmislead.directory.querysets import running
from hmislead.documents.models import VersionEffect
from policies.models import Acknowledgement, Audience, PolicySetting

MONTHS = 12  # POL-52..54: at first access and once a year


def duties(person: Any, *, on: dt.date, grace: int) -> QuerySet[Any]:
    """The rules that hold for `person` (an id, or OuterRef to people) on a day, with what is known of each.

    Annotated: `current` and `since` (id of the version in effect for them, and its first day), `accepted_on` (the day they
    acknowledged it), `expires` (the last day on which all is well; NULL: never, if `accepted_on`, else at once). `grace`
    is the days that people with access have when a rule or a version is new.
    """
    inner = OuterRef(person) if isinstance(person, OuterRef) else person
    license_ = License.objects.living_on(on).filter(person=inner)
    lead = Contact.objects.filter(running(on), person=inner, function=Contact.Function.AGENCY_LEAD)
    in_force = _in_force(inner, on)
    accepted = Acknowledgement.objects.filter(person=inner, version=OuterRef("current"), read_on__lte=on)
    asked = PolicySetting.objects.filter(
        Q(audience__contains=[Audience.END_USERS]) & Exists(license_)
        | Q(audience__contains=[Audience.CHO_LEADS]) & Exists(lead),
        starts_on__lte=on,
    )
    known = asked.annotate(
        current=Subquery(in_force.values("version")[:1]),
        since=Subquery(in_force.values("effective_from")[:1]),
        here_since=Coalesce(
            Subquery(license_.order_by("requested_on").values("requested_on")[:1]),
            Subquery(lead.order_by("starts_on").values("starts_on")[:1]),
        ),
    ).filter(current__isnull=False)
    return known.annotate(
        accepted_on=Subquery(accepted.order_by("-read_on").values("read_on")[:1]),
        asked_since=Greatest("starts_on", "since"),
    ).annotate(expires=_expires(grace))


def _in_force(person: Any, on: dt.date) -> QuerySet[Any]:
    """Where a rule's document is in effect in a CoC of an agency of the person, the version that came last first."""
    agency = "coc__participations__organization__"
    licensed = Q(**{f"{agency}licenses__person": person, f"{agency}licenses__requested_on__lte": on}) & (
        Q(**{f"{agency}licenses__terminated_on": None}) | Q(**{f"{agency}licenses__terminated_on__gt": on})
    )
    leads = Q(**{f"{agency}contacts__person": person, f"{agency}contacts__function": Contact.Function.AGENCY_LEAD})
    leads &= running(on, f"{agency}contacts__")
    rows = VersionEffect.objects.in_effect(on).filter(
        running(on, "coc__participations__"), licensed | leads, version__document=OuterRef("document")
    )
    return rows.order_by("-effective_from", "-version__number", "-version__created_at")


def _expires(grace: int) -> Case:
    """A year from the acknowledgement; without one the days of grace of who had access before it was asked."""
    after_grace = AddDays(Greatest("asked_since", "here_since"), grace)
    return Case(
        When(accepted_on__isnull=False, yearly=True, then=AddMonths(F("accepted_on"), MONTHS)),
        When(accepted_on__isnull=False, then=Value(None)),
        When(Q(first_access=False) | Q(here_since__lt=F("asked_since")), then=after_grace),
        default=Value(None),
        output_field=DateField(),
    )
