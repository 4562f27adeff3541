"""What every night does for agreements: packets not signed in time, agreements that end with a license, reminders."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef

from agreements.models import Agreement, AgreementParty
from agreements.operations import campaigns, packets, records
from hmislead.access.scopes import ROBOT
from hmislead.directory.models import License


def after_night(run: Any) -> None:
    """The unit of a night or a run by hand, for the run's own day."""
    packets.expire_overdue(run.as_of)
    end_with_licenses(run.as_of)
    campaigns.remind_due(run.as_of)
    campaigns.close_finished(run.as_of)


def end_with_licenses(on: dt.date) -> int:
    """End agreements that hold until the license ends, once there is no living license. Returns how many."""
    party = AgreementParty.objects.filter(agreement=OuterRef("pk"), role="end_user")
    licenses = License.objects.filter(
        person_id=OuterRef("person_id_of"), organization_id=OuterRef("organization_id_of")
    )
    held = (
        Agreement.objects.in_force(on)
        .filter(term=Agreement.Term.LICENSE)
        .annotate(organization_id_of=party.values("organization_id")[:1], person_id_of=party.values("person_id")[:1])
    )
    lapsed = held.exclude(Exists(licenses.living_on(on))).filter(Exists(licenses.filter(state="terminated")))
    count = 0
    for agreement in lapsed:
        theirs = License.objects.filter(
            person_id=agreement.person_id_of, organization_id=agreement.organization_id_of, state="terminated"
        )
        last = theirs.order_by("-terminated_on").values_list("terminated_on", flat=True).first()
        records.terminate_agreement(
            agreement_id=agreement.pk,
            terminated_on=max(last or on, agreement.effective_on),
            reason="The license it was for ended.",
            both_agree=True,
            by=ROBOT,
        )
        count += 1
    return count
