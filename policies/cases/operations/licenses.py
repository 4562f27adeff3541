"""What a sanction does to licenses: through the directory's own operations, so that accounts, tasks and the gate follow."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hmislead.access.scopes import ROBOT
from hmislead.compliance.engine import recheck
from hmislead.directory.models import License
from hmislead.directory.operations import licenses as directory
from hmislead.errors import DomainError
from hmislead.notices import events
from hmislead.tenancy import settings
from policies.cases.models import Sanction, SanctionKind
from policies.cases.querysets import covering


def take_away(sanction: Sanction, on: dt.date) -> None:
    """Suspend, or for a revocation end, the licenses a sanction covers. Who is suspended already stays so."""
    if not sanction.takes_licenses:
        return
    rows = list(_covered(sanction).select_related("person", "organization").order_by("pk"))
    revokes = sanction.kind == SanctionKind.LICENSE_REVOCATION
    moved = []
    for row in rows:
        if revokes:
            directory.terminate_license(
                license_id=row.pk, reason=reason_of(sanction), by=ROBOT, effective_at=on, check=False
            )
        elif row.state == License.State.ACTIVE:
            moved.append(
                directory.suspend_license(
                    license_id=row.pk, reason=reason_of(sanction), by=ROBOT, effective_at=on, check=False
                )
            )
    recheck(licenses=[row.pk for row in rows])
    events.licenses_moved(moved, on=on, by=None)


def give_back(sanction: Sanction) -> list[str]:
    """Reactivate the licenses that this sanction suspended and no other one covers. Returns why some stay shut."""
    if sanction.kind == SanctionKind.LICENSE_REVOCATION:
        return ["A revoked license stays ended. A new one can be requested."]
    if sanction.kind != SanctionKind.LICENSE_SUSPENSION:
        return []
    rows = list(_covered(sanction).filter(state=License.State.SUSPENDED).order_by("pk"))
    recheck(licenses=[row.pk for row in rows])
    stay = []
    for row in rows:
        # A license that was suspended for something else before stays suspended: its own reason says by what.
        if not row.state_reason.startswith(f"Sanction {sanction.number}"):
            continue
        if _other_than(sanction, row):
            continue
        try:
            directory.reactivate_license(license_id=row.pk, by=ROBOT)
        except DomainError as error:
            stay.append(error.message)
    return stay


def reason_of(sanction: Sanction) -> str:
    """Why a license is suspended or ended, as its page says it."""
    return f"Sanction {sanction.number}"


def _covered(sanction: Sanction) -> Any:
    """The living licenses a sanction is about: one, or all of the agency."""
    if sanction.license_id:
        return License.objects.living().filter(pk=sanction.license_id)
    return License.objects.living().filter(organization=sanction.organization_id)


def _other_than(sanction: Sanction, license: License) -> bool:
    """Whether another sanction takes the same license away today; it then is the reason that is shown."""
    others = Sanction.objects.acting(settings.today()).filter(covering(license)).exclude(pk=sanction.pk)
    other: Sanction | None = others.order_by("number").first()
    if other is None:
        return False
    license.state_reason = reason_of(other)
    license.save(update_fields=["state_reason", "updated_at"])
    return True
