"""Documents of the tests have templates of their own."""

import copy
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from tests.documents import samples


@pytest.fixture(autouse=True, scope="module")
def own_templates() -> Iterator[None]:
    engines = copy.deepcopy(settings.TEMPLATES)
    engines[0]["DIRS"].append(samples.TEMPLATES)
    with override_settings(TEMPLATES=engines):
        yield
