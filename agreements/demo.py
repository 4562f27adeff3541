"""The demonstration's agreements, in every state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agreements.models import Agreement, AgreementParty
from agreements.operations import record_agreement, terminate_agreement
from agreements.parties import PartyData
from hmislead.demo.story import Holder, Story

Role, Type = AgreementParty.Role, Agreement.Type


def plan(story: Story) -> None:
    """CoC-Lead agreements, one participation agreement per CHO, one end-user agreement per license."""
    for number, coc in enumerate(story.cocs):
        _record(
            story,
            Type.COC_LEAD,
            [PartyData(Role.COC, coc_id=coc.pk)],
            story.day(500),
            ends_on=story.day(-25 if number else -220),
        )
    vendor = [PartyData(Role.VENDOR, organization_id=story.vendor.pk)]
    _record(story, Type.VENDOR, vendor, story.day(600), ends_on=story.day(-490), title="Lantern HMIS subscription")
    for place, organization in enumerate(story.chos):
        _participation(story, organization.pk, place)
    for number, holder in enumerate(story.holders):
        story.at(
            max(holder.since, story.day(364)), lambda holder=holder, number=number: _end_user(story, holder, number)
        )


def _record(story: Story, kind: str, parties: list[PartyData], day: dt.date, **more: Any) -> Agreement:
    return record_agreement(
        type=kind,
        parties=parties,
        signed_on=day,
        effective_on=day,
        carried_over=day < story.day(365),
        check=False,
        by=story.by,
        **more,
    )


def _participation(story: Story, organization_id: Any, place: int) -> None:
    """Mostly until further notice; some renewed in the year, ending soon, run out, ended by us, or never signed."""
    parties = [PartyData(Role.CHO, organization_id=organization_id, signed_by="Executive Director")]
    start = story.day(700 - place * 5)
    if place % 17 == 8:
        return
    if place % 17 == 11:
        _record(story, Type.PARTICIPATION, parties, start, ends_on=story.day(35))
    elif place % 17 == 5:
        _record(story, Type.PARTICIPATION, parties, start, ends_on=story.day(-18))
    elif place % 17 == 3:
        _record(story, Type.PARTICIPATION, parties, start, ends_on=story.day(121))
        again = story.day(120)
        story.at(again, lambda: _record(story, Type.PARTICIPATION, parties, again))
    elif place % 17 == 14:
        old = _record(story, Type.PARTICIPATION, parties, start)
        day = story.day(60)
        story.at(
            day,
            lambda: terminate_agreement(agreement_id=old.pk, terminated_on=day, reason="Left the HMIS", by=story.by),
        )
    else:
        _record(story, Type.PARTICIPATION, parties, start)


def _end_user(story: Story, holder: Holder, number: int) -> None:
    """Signed when the license began; one in forty never was, one in thirty ran out or is about to."""
    if number % 40 == 17:
        return
    ends = story.day(20 - number % 60) if number % 30 == 9 else None
    party = PartyData(Role.END_USER, organization_id=holder.organization_id, person_id=holder.person_id)
    _record(story, Type.END_USER, [party], min(holder.since, ends) if ends else holder.since, ends_on=ends)
