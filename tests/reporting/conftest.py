"""What the tests of reports start from."""

from __future__ import annotations

import pytest

from tests.reporting import samples


@pytest.fixture
def people(people):
    """All of them: what is tested here reaches also those whom a test does not name."""
    return people.all()


@pytest.fixture
def today(tenant):
    return samples.today()
