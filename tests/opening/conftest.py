"""What the tests of this folder share."""

from __future__ import annotations

import pytest


@pytest.fixture
def people(people):
    """All of them: what is tested here reaches also those whom a test does not name."""
    return people.all()
