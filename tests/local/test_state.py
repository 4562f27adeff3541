"""The state folder: what is remembered, and for whom."""

import os
import stat

import pytest

from hmislead.local.state import LocalError, open_state


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_made_once_and_for_our_account_alone(tmp_path):
    state = open_state(tmp_path / "state")
    first = state.secret("secret_key")
    assert open_state(tmp_path / "state").secret("secret_key") == first
    assert len(first) >= 50
    assert mode(state.folder / "secrets.json") == 0o600


def test_two_secrets_differ(tmp_path):
    state = open_state(tmp_path / "state")
    assert state.secret("one") != state.secret("two")


def test_a_new_folder_lists_nothing_to_others_and_an_old_one_keeps_its_permissions(tmp_path):
    assert mode(open_state(tmp_path / "new").folder) & 0o066 == 0
    old = tmp_path / "old"
    old.mkdir()
    old.chmod(0o755)
    state = open_state(old)
    assert mode(old) == 0o755
    assert mode(state.folder / "files") == 0o700


def test_a_damaged_file_is_named_and_not_replaced(tmp_path):
    state = open_state(tmp_path / "state")
    (state.folder / "secrets.json").write_text("{")
    with pytest.raises(LocalError, match=r"secrets\.json"):
        state.secret("secret_key")
    assert (state.folder / "secrets.json").read_text() == "{"


def test_the_folder_comes_from_the_environment_when_not_said(tmp_path, monkeypatch):
    monkeypatch.setenv("HMISLEAD_STATE", str(tmp_path / "there"))
    assert open_state().folder == tmp_path / "there"
    assert open_state(tmp_path / "said").folder == tmp_path / "said"
    assert os.environ["HMISLEAD_STATE"] == str(tmp_path / "there")
