"""Static files, collected beside the rest of a start and only when a source changed: compressing them takes a while."""

import contextlib
import hashlib
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from hmislead.local.state import ROOT, LocalError, State

# Of packages: pages that the product does not show, scripts it has its own of; and the letters that only PDFs use.
UNUSED = ("admin", "redoc", "rest_framework", "django_htmx", "guardian", "dejavu")


def fingerprint(sources: Iterable[Path]) -> str:
    """A digest of every source's name, size and time, and of the lock that brings the packages' own files."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted(sources):
        facts = path.stat()
        digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _sources() -> list[Path]:
    return [path for path in (ROOT / "static").rglob("*") if path.is_file()]


@contextlib.contextmanager
def collect_static(state: State, environment: dict[str, str]) -> Iterator[None]:
    """Run the block while the static files are collected. Raises LocalError when they cannot be."""
    stamp = state.folder / "static.stamp"
    now = fingerprint(_sources())
    if stamp.exists() and stamp.read_text() == now:
        yield
        return
    command = [sys.executable, str(ROOT / "manage.py"), "collectstatic", "--no-input", "--verbosity", "0"]
    command += [part for name in UNUSED for part in ("--ignore", name)]
    with state.log("collectstatic").open("w") as log:
        collecting = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield
    except BaseException:  # also Ctrl-C: nothing is left running
        collecting.kill()
        raise
    finally:
        code = collecting.wait()
    if code != 0:
        raise LocalError(f"The static files could not be collected. See {state.log('collectstatic')}.")
    stamp.write_text(now)
