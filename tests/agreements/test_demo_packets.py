"""The demonstration shows packets and campaigns in every state."""

from __future__ import annotations

import pytest

from agreements import demo_packets
from agreements.models import Campaign, Packet
from hmislead.demo.story import Story
from hmislead.tenancy import settings
from tests import factories
from tests.agreements.factories import lead

pytestmark = pytest.mark.django_db


def test_every_state_is_there(people):
    chos = []
    for number in range(12):
        chos.append(factories.OrganizationFactory(name=f"Agency {number}"))
        factories.OrganizationRoleFactory(organization=chos[-1], role="cho")
    demo_packets.tell(Story(today=settings.today(), by=people["administrator"], lead=lead(), chos=chos))
    assert set(Packet.objects.values_list("state", flat=True)) == set(Packet.State.values)
    assert set(Campaign.objects.values_list("state", flat=True)) == set(Campaign.State.values)
