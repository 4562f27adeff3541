"""Changes to an implementation and its settings."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone as clock
from PIL import Image, UnidentifiedImageError

from hmislead.errors import DomainError, RefusedFile, WrongState
from hmislead.tenancy import context, settings
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Counter, Implementation, SettingValue
from hmislead.tenancy.policy import require_settings_manager

# The day became an earlier one because the time zone moved west: sent with `before` and `after`, the two days.
day_moved_back = Signal()
LOGO_BYTES, LOGO_SIDE, SENT_LOGO_BYTES = 200_000, 600, 5_000_000


def next_number(kind: str) -> int:
    """The next short number of a kind in the current implementation (`T` gives the 1042 of `T-1042`)."""
    return next_numbers(kind, 1)[0]


def next_numbers(kind: str, count: int) -> range:
    """The next so many short numbers of a kind, taken at once."""
    counter, _ = Counter.objects.get_or_create(kind=kind)
    locked = Counter.objects.select_for_update().get(pk=counter.pk)
    first, locked.last = locked.last + 1, locked.last + count
    locked.save(update_fields=["last", "updated_at"])
    return range(first, first + count)


@transaction.atomic
def change_setting(
    *, key: str, value: Any, effective_from: dt.date | None = None, note: str = "", by: Any
) -> SettingValue:
    """Decide `key` from a day on (default: today).

    Raises KeyError for a key nobody registered, PermissionDenied unless `by` may change settings, DomainError for a
    value it may not have, or a day that is over: last year's result stays explained by last year's rule. Only during
    setup, and by the system, may a rule be dated back.
    """
    require_settings_manager(by)
    checked = settings.check(settings.DEFINITIONS[key], value)
    day = effective_from or settings.today()
    in_setup = context.current().state == Implementation.State.SETUP
    if day < settings.today() and getattr(by, "pk", None) and not in_setup:
        raise DomainError("A change holds from today or a later day. What was decided for past days stays as it was.")
    row, _ = SettingValue.objects.update_or_create(
        key=key,
        effective_from=day,
        defaults={"value": checked, "note": note[:300], "changed_by": by if getattr(by, "pk", None) else None},
    )
    return row


@transaction.atomic
def withdraw_setting(*, value_id: uuid.UUID, by: Any) -> None:
    """Take back a decision whose day has not come. Raises DomainError for one that holds already."""
    require_settings_manager(by)
    row = SettingValue.objects.select_for_update().get(pk=value_id)
    if row.effective_from <= settings.today():
        raise DomainError("This value holds already. Decide another one instead.")
    row.delete()


@transaction.atomic
def change_implementation(*, name: str, timezone: str, by: Any) -> Implementation:
    """Change the name and time zone of the current implementation. Raises ValidationError for what they may not be.

    What was decided today goes on to hold where the new zone makes it yesterday again.
    """
    require_settings_manager(by)
    implementation = Implementation.objects.select_for_update().defer("logo").get(pk=context.current().pk)
    before = clock.localdate(timezone=implementation.zone)
    implementation.name, implementation.timezone = name.strip(), timezone
    implementation.clean_fields(exclude=["logo"])
    implementation.save(update_fields=["name", "timezone"])
    after = clock.localdate(timezone=implementation.zone)
    if after < before:
        decided = SettingValue.objects.filter(effective_from=after).values_list("key", flat=True)
        SettingValue.objects.filter(effective_from=before).exclude(key__in=list(decided)).update(effective_from=after)
        day_moved_back.send(Implementation, before=before, after=after)
    return implementation


@transaction.atomic
def change_logo(*, content: bytes | None, by: Any) -> Implementation:
    """Set the logo from the bytes of a PNG or JPEG, or take it away (None).

    The picture is drawn anew, at most 600 pixels wide and high: what else the file held does not come in. Raises
    RefusedFile for anything that is no such picture.
    """
    require_settings_manager(by)
    implementation = Implementation.objects.select_for_update().get(pk=context.current().pk)
    drawn = _draw_logo(content) if content else None
    implementation.logo = drawn
    implementation.logo_version = hashlib.sha256(drawn).hexdigest()[:16] if drawn else ""
    implementation.save(update_fields=["logo", "logo_version"])
    return implementation


@transaction.atomic
def move_implementation(*, to: str, by: Any) -> Implementation:
    """Move the current implementation along its life: setup, live, in transition, closed. Raises WrongState."""
    require_settings_manager(by)
    implementation = Implementation.objects.select_for_update().defer("logo").get(pk=context.current().pk)
    target = Implementation.State(to)
    if target not in Implementation.NEXT[implementation.state]:
        raise WrongState(implementation, target.label)
    implementation.state = target
    implementation.save(update_fields=["state"])
    return implementation


@transaction.atomic
def create_implementation(
    *, slug: str, name: str, timezone: str, admin_email: str, admin_name: str, operator: Any = None
) -> Implementation:
    """Make an implementation in setup and invite its first Lead administrator.

    `operator` is the person, or None for the command line. Raises ValidationError for a slug that is taken or badly
    written, PermissionDenied for somebody who is no operator.
    """
    _require_operator(operator)
    implementation = Implementation(slug=slug, name=name.strip(), timezone=timezone)
    implementation.full_clean(exclude=["logo"])
    implementation.save()
    _invite_administrator(implementation, admin_email, admin_name, operator)
    return implementation


@transaction.atomic
def invite_first_administrator(*, implementation: Implementation, email: str, name: str, operator: Any = None) -> None:
    """Invite a Lead administrator from outside. Raises DomainError once the implementation has one: from then on its
    own administrators invite, and an operator cannot let themselves in."""
    _require_operator(operator)
    _invite_administrator(implementation, email, name, operator)


def _invite_administrator(implementation: Implementation, email: str, name: str, operator: Any) -> None:
    from hmislead.access.scopes import ROBOT
    from hmislead.accounts import invitations  # accounts stands on tenancy

    with cross_into(implementation, why="invite the first administrator", by=operator):
        if not invitations.first_administrator_is_missing():
            raise DomainError("This implementation has an administrator, who can invite others.")
        invitations.invite(email=email, name=name, role="lead_administrator", by=ROBOT)


def _require_operator(operator: Any) -> None:
    if operator is not None and not (operator.is_operator and operator.is_active):
        raise PermissionDenied("Only an operator of this installation may do this.")


def _draw_logo(content: bytes) -> bytes:
    refused = RefusedFile(
        "This is not a picture we can show. Send a PNG or JPEG of at most 5 MB and 4,000 pixels a side."
    )
    if len(content) > SENT_LOGO_BYTES:
        raise refused
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as picture:
            if max(picture.size) > 4_000:  # before any pixel is read: a small file can hold a huge picture
                raise refused
            kind = picture.format
            drawn = picture.convert("RGBA" if kind == "PNG" else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise refused from None
    drawn.info.clear()  # comments and the like would be written again
    sizes = (LOGO_SIDE, LOGO_SIDE // 3)
    written = (_written(drawn, kind, side) for side in sizes)
    return next((found for found in written if len(found) <= LOGO_BYTES), None) or _written(drawn, "JPEG", sizes[-1])


def _written(drawn: Image.Image, kind: str | None, side: int) -> bytes:
    picture = drawn.copy() if kind == "PNG" else drawn.convert("RGB")
    picture.thumbnail((side, side))
    out = io.BytesIO()
    picture.save(out, format=kind, optimize=True)
    return out.getvalue()


def logo_type(content: bytes) -> str:
    """The content type of a logo drawn by `change_logo`."""
    return "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
