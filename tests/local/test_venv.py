"""`.venv` follows the lock file: made when missing, changed when the lock changes, and left alone otherwise."""

import re

import pytest

from hmislead.local import venv

pytestmark = [pytest.mark.slow, pytest.mark.processes]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose lock asks for nothing, so that no package is fetched."""
    lock = tmp_path / "base.txt"
    lock.write_text("# nothing\n")
    monkeypatch.setattr(venv, "ROOT", tmp_path)
    monkeypatch.setattr(venv, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(venv, "LOCKS", {"base": lock})
    return tmp_path


def test_it_is_made_once_and_follows_the_lock(project):
    assert not venv.is_current("base")
    venv.ensure("base")
    assert venv.is_current("base")
    made = (project / ".venv" / "pyvenv.cfg").stat().st_mtime_ns

    (project / "base.txt").write_text("# nothing, in other words\n")
    assert not venv.is_current("base")
    venv.ensure("base")
    assert venv.is_current("base")
    assert (project / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == made  # the same one, changed

    # A package without its hash is refused, and the next command tries again.
    (project / "base.txt").write_text("django\n")
    with pytest.raises(venv.SetUpError, match="could not be installed"):
        venv.ensure("base")
    assert not venv.is_current("base")


def test_the_halves_of_a_lock_hold_each_package_once_with_all_its_hashes():
    lock = venv.LOCKS["dev"].read_text()
    halves = venv.halves(lock)
    assert sorted(" ".join(halves).split()) == sorted(lock.split())
    assert all(re.match(r"[\w.-]+==", half) for half in halves)  # none begins in the middle of a package
    assert abs(halves[0].count("==") - halves[1].count("==")) <= 1
