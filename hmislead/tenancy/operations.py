"""Changes to an implementation and its settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from hmislead.errors import WrongState
from hmislead.tenancy import context, settings
from hmislead.tenancy.models import Counter, Implementation, SettingValue


def next_number(kind: str) -> int:
    """The next short number of a kind in the current implementation (`T` gives the 1042 of `T-1042`)."""
    counter, _ = Counter.objects.get_or_create(kind=kind)
    locked = Counter.objects.select_for_update().get(pk=counter.pk)
    locked.last += 1
    locked.save(update_fields=["last", "updated_at"])
    return locked.last


@transaction.atomic
def change_setting(*, key: str, value: Any, effective_from: dt.date | None = None, note: str = "", by: Any) -> SettingValue:
    """Decide `key` from a day on (default: today). Raises DomainError for a value it may not have.

    The caller has checked that `by` may: page and API ask `manage_settings` at the implementation.
    """
    checked = settings.check(settings.DEFINITIONS[key], value)
    row, _ = SettingValue.objects.update_or_create(
        key=key,
        effective_from=effective_from or settings.today(),
        defaults={"value": checked, "note": note[:300], "changed_by": by if getattr(by, "pk", None) else None},
    )
    return row


@transaction.atomic
def move_implementation(*, to: str, by: Any) -> Implementation:
    """Move the current implementation along its life: setup, live, in transition, closed. Raises WrongState."""
    implementation = Implementation.objects.select_for_update().get(pk=context.current().pk)
    target = Implementation.State(to)
    if target not in Implementation.NEXT[implementation.state]:
        raise WrongState(implementation, target.label)
    implementation.state = target
    implementation.save(update_fields=["state"])
    return implementation
