"""Which words of `bin/manage` are its own."""

import pytest

from hmislead.local.manage import split


@pytest.mark.parametrize(
    ("given", "folder", "command"),
    [
        (["check"], None, ["check"]),
        (["--state", "here", "check", "--deploy"], "here", ["check", "--deploy"]),
        (["--state=here", "check"], "here", ["check"]),
        (["import_it", "--state", "OH"], None, ["import_it", "--state", "OH"]),
        ([], None, []),
        (["--state"], None, ["--state"]),
    ],
)
def test_only_a_state_before_the_command_is_ours(given, folder, command):
    assert split(given) == (folder, command)
