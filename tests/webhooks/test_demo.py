"""The demonstration's webhooks: every state of webhooks and deliveries is there, and nothing waits to be called."""

from __future__ import annotations

import pytest

from hmislead.access.scopes import ROBOT
from hmislead.demo.story import Story
from hmislead.webhooks import demo
from hmislead.webhooks.models import Delivery, Due, Endpoint
from tests.factories import TODAY, LicenseFactory

pytestmark = pytest.mark.django_db


def test_every_state_is_shown_and_nothing_is_called(tenant, agency):
    LicenseFactory.create_batch(12, organization=agency)
    demo.tell(Story(today=TODAY, by=ROBOT))
    assert set(Endpoint.objects.values_list("state", flat=True)) == set(Endpoint.State.values)
    assert set(Delivery.objects.values_list("state", flat=True)) == set(Delivery.State.values)
    assert not Due.objects.exists()
    for delivery in Delivery.objects.all():
        assert delivery.tries.count() == delivery.attempts
