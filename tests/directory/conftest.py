"""What holds for the tests of the directory."""

import pytest


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    """Uploaded files go where the test's own do."""
    settings.MEDIA_ROOT = tmp_path
