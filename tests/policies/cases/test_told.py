"""Other systems are told of each move of a sanction after its notice, with identifiers alone."""

from __future__ import annotations

import pytest

from hmislead.webhooks.models import Delivery
from policies.cases.operations import sanctions
from tests.webhooks.factories import endpoint

pytestmark = pytest.mark.django_db


def test_each_move_of_a_sanction_after_its_notice_is_told(people, propose, suspend):
    endpoint(codes=["sanction.moved"])
    in_effect = suspend()
    sanctions.lift(sanction_id=in_effect.pk, reason="Served.", by=people["staff"])
    dropped = propose("minor")[0]
    sanctions.withdraw(sanction_id=dropped.pk, reason="A mistake.", by=people["staff"])
    moves = Delivery.objects.filter(event="sanction.moved").order_by("pk")
    assert {row.subject_id for row in moves} == {in_effect.pk}
    assert [row.data["state"] for row in moves] == ["notified", "in_effect", "lifted"]
    assert moves[0].data["organization"] == str(in_effect.organization_id)
