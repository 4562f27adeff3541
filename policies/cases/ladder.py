"""The offense ladder: which offense it is, and which sanctions stand on its step. And the one the product ships."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef, Q

from hmislead.directory.models import License, Organization
from hmislead.tenancy import settings
from policies.cases.models import Approval, LadderStep, Sanction, SanctionKind, Violation, ViolationClass

K, A = SanctionKind, Approval


@dataclass(frozen=True)
class Shipped:
    """A class as shipped. `steps`: (offense, sanction, days it lasts, days of notice, approval)."""

    name: str
    rank: int
    description: str
    steps: tuple[tuple[int, SanctionKind, int | None, int, Approval], ...]


SHIPPED = (
    Shipped(
        "Minor",
        1,
        "A rule was not kept, and no client data was at risk: a screen left open, late or careless entry, an "
        "acknowledgement that was put off.",
        (
            (1, K.TRAINING, None, 5, A.NONE),
            (2, K.LICENSE_SUSPENSION, 7, 5, A.NONE),
            (3, K.LICENSE_SUSPENSION, 30, 5, A.ADMINISTRATOR),
        ),
    ),
    Shipped(
        "Major",
        2,
        "Client data was at risk: a shared or written-down password, data on an unprotected device, looking at records "
        "without need.",
        (
            (1, K.SPECIAL_TRAINING, None, 0, A.NONE),
            (1, K.LICENSE_SUSPENSION, 14, 0, A.NONE),
            (2, K.LICENSE_SUSPENSION, 30, 0, A.ADMINISTRATOR),
            (3, K.LICENSE_REVOCATION, None, 0, A.ADMINISTRATOR),
        ),
    ),
    Shipped(
        "Severe",
        3,
        "Client data was passed on, altered or used for harm, or a breach was hidden on purpose.",
        (
            (1, K.LICENSE_SUSPENSION, 30, 0, A.ADMINISTRATOR),
            (2, K.LICENSE_REVOCATION, None, 0, A.BODY),
            (2, K.PROSECUTION, None, 0, A.BODY),
        ),
    ),
)


def offense_of(
    *,
    violation_class: ViolationClass,
    organization: Organization,
    license: License | None,
    happened_on: dt.date,
    departed_login: bool = False,
) -> int:
    """Which offense a violation is, from 1 (POL-35): one more than those decided before within the look-back.

    Counted are violations of the same person (else of the agency itself) with a sanction that was notified and not
    overturned. By setting a login shared after somebody left starts at a later offense.
    """
    given = settings.values(["cases.lookback_months", "cases.offenses_of", "cases.departed_login_offense"])
    since = happened_on - relativedelta(months=given["cases.lookback_months"])
    decided = Sanction.objects.filter(violation=OuterRef("pk"), notified_on__isnull=False).exclude(
        ruling=Sanction.Ruling.OVERTURNED
    )
    who = Q(person=license.person_id) if license else Q(organization=organization, person=None)
    before = Violation.objects.filter(Exists(decided), who, happened_on__gte=since, happened_on__lte=happened_on)
    if given["cases.offenses_of"] == "same":
        before = before.filter(violation_class=violation_class)
    least: int = given["cases.departed_login_offense"] if departed_login else 1
    return max(int(before.count()) + 1, least)


def steps_for(violation_class: ViolationClass, offense: int, on: dt.date) -> list[LadderStep]:
    """The sanctions of an offense by the ladder of that day. The highest step stands for later offenses too."""
    rows: Any = LadderStep.objects.in_effect(on).filter(violation_class=violation_class, offense__lte=offense)
    steps = list(rows.order_by("-offense", "kind"))
    return [step for step in steps if step.offense == steps[0].offense]
