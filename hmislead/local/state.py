"""The state folder: everything one running copy of the product keeps on this machine (default `var/`)."""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_WEB_PORT = 8000
PRIVATE_FOLDERS = ("files", "logs", "mail")


class LocalError(Exception):
    """Something the person at the machine must mend; the message is for them."""


@dataclass(frozen=True)
class State:
    """One state folder. Made by `open_state`."""

    folder: Path

    def read(self, name: str) -> dict[str, str]:
        """What was remembered under `name` (a JSON file of the folder); empty when nothing was."""
        path = self.folder / f"{name}.json"
        try:
            return dict(json.loads(path.read_text()))
        except FileNotFoundError:
            return {}
        except ValueError:
            raise LocalError(f"{path} cannot be read: it is not the file we wrote. Restore it from a backup.") from None

    def remember(self, name: str, **values: str) -> None:
        """Add `values` to what is remembered under `name`. The file is replaced whole: a crash leaves the old one."""
        path = self.folder / f"{name}.json"
        write_private(path, json.dumps(self.read(name) | values, indent=2) + "\n")

    def secret(self, name: str) -> str:
        """The secret called `name`, made at the first question and the same ever after."""
        known = self.read("secrets")
        if name not in known:
            known[name] = secrets.token_urlsafe(48)
            self.remember("secrets", **{name: known[name]})
        return known[name]

    def port(self, name: str) -> int:
        """The TCP port of service `name` on 127.0.0.1: the remembered one, else a free one."""
        known = self.read("ports")
        return int(known[name]) if name in known else self.new_port(name)

    def new_port(self, name: str) -> int:
        port = free_port()
        self.remember("ports", **{name: str(port)})
        return port

    @property
    def web_port(self) -> int:
        return int(self.read("ports").get("web", DEFAULT_WEB_PORT))

    @property
    def key(self) -> str:
        """A short name of this folder, for what is named machine-wide."""
        return hashlib.sha256(str(self.folder).encode()).hexdigest()[:10]

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Wait for, then hold, the lock `name`. The system lets go of it when its process dies, however it dies."""
        with (self.folder / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def open_state(folder: str | os.PathLike[str] | None = None) -> State:
    """The state in `folder`, else in $HMISLEAD_STATE, else in `var/`; made when it is not there.

    What we write is for our account alone. A folder that was there keeps its permissions.
    """
    os.umask(0o077)
    path = Path(folder or os.environ.get("HMISLEAD_STATE") or ROOT / "var").expanduser().absolute()
    try:
        if not path.exists():
            path.mkdir(parents=True)
            # As root, PostgreSQL's ordinary account must pass through; it cannot list or read what is inside.
            path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for name in PRIVATE_FOLDERS:
            (path / name).mkdir(exist_ok=True)
    except OSError as error:
        raise LocalError(
            f"The state folder {path} cannot be used: {error.strerror}. Choose another with --state."
        ) from None
    return State(path.resolve())


def write_private(path: Path, text: str) -> None:
    """Replace the file `path`, readable by our account alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def add_state_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", metavar="DIR", help="the state folder (default: $HMISLEAD_STATE, else var/)")


def production_defaults(state: State, environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` and what the product's settings need beside the two services; what is already set stays."""
    defaults = {
        "SECRET_KEY": state.secret("secret_key"),
        "PUBLIC_URL": f"http://localhost:{state.web_port}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    }
    path = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    return defaults | dict(environment) | {"HMISLEAD_STATE": str(state.folder), "PYTHONPATH": path}
