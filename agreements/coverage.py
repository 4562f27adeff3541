"""From when until when agreements cover somebody, as one set-based expression.

The periods of all agreements of a subject are joined to one multirange of days, so that a renewal signed early leaves
no gap, and an agreement that was ended early leaves one.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import (
    Aggregate,
    BooleanField,
    DateField,
    ExpressionWrapper,
    F,
    Func,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, Least, NullIf

from hmislead.compliance.expressions import AddDays

# Stands for "no end" while periods are joined; no agreement names it.
NEVER = Value(dt.date(9999, 12, 31), DateField())


class _Cover(Aggregate):
    """The days of all periods of a group, joined; each from its first day to the first day no longer covered."""

    template = "range_agg(daterange(%(expressions)s))"
    output_field = TextField()


class _FirstGap(Func):
    """(day, cover): the first day from `day` on without cover; NULL when there was never any."""

    template = "lower(datemultirange(daterange(%(expressions)s)"
    arg_joiner = ", NULL)) - "
    output_field = DateField()


class _LastEnd(Func):
    """(cover, day): the first day after the last cover there was before `day`; NULL when there was none."""

    template = "upper(%(expressions)s)))"
    arg_joiner = " * datemultirange(daterange(NULL, "
    output_field = DateField()


def with_cover(subjects: QuerySet[Any], path: str, counts: Q, day: dt.date) -> QuerySet[Any]:
    """Annotate `covered` (does `day` lie in a period) and `expires_on`.

    `path` leads from the subject to agreement parties; `counts` says which of them count. `expires_on` is the last day
    of the cover that runs on `day`, without end NULL; without cover it is the last day there was cover, or NULL.
    An agreement binds from the later of its effective and its signing day, and up to the day before its termination.
    """
    begins = Greatest(f"{path}__agreement__effective_on", f"{path}__agreement__signed_on")
    # Least and Greatest pass over NULL in PostgreSQL: without end and termination there is no last day.
    ends = Least(
        AddDays(F(f"{path}__agreement__ends_on"), 1), f"{path}__agreement__terminated_on", output_field=DateField()
    )
    # A period that ends before it begins never bound anybody, and would be no range.
    real = Q(agreement_ends__gt=F("agreement_begins"))
    found = subjects.alias(agreement_begins=begins, agreement_ends=Coalesce(ends, NEVER)).alias(
        cover=_Cover("agreement_begins", "agreement_ends", filter=counts & real)
    )
    on = Value(day, DateField())
    found = found.alias(gap=_FirstGap(on, F("cover")), ended=_LastEnd(F("cover"), on))
    end = NullIf(Coalesce(NullIf(F("gap"), on), F("ended")), NEVER)
    return found.annotate(
        covered=ExpressionWrapper(Q(gap__gt=day), BooleanField()),
        expires_on=AddDays(end, -1),
    )
