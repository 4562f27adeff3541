"""A receiver that listens, and a webhook that calls it."""

from __future__ import annotations

import pytest

from hmislead.access.scopes import ROBOT
from hmislead.webhooks import operations
from tests.webhooks.receiver import Receiver

EVENTS = ["agreement.recorded", "license.active"]


@pytest.fixture
def people(people):
    """All of them: what is tested here reaches also those whom a test does not name."""
    return people.all()


@pytest.fixture
def receiver(settings):
    """Reached only because the setting for closed networks is on."""
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def made(tenant, receiver):
    """(endpoint, secret)"""
    return operations.add_endpoint(name="Warehouse", url=receiver.url, codes=EVENTS, by=ROBOT)


@pytest.fixture
def endpoint(made):
    return made[0]
