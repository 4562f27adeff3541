"""Processes that outlive the command that started them: remembered, recognised again, stopped.

A process number alone proves nothing (the system uses them again), so each is kept with the moment its process began.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable

import psutil

from hmislead.local.state import State, write_private

MARK = "HMISLEAD_PROCESS"  # in the environment of everything the supervisor starts
PR_SET_PDEATHSIG = 1


def remember(state: State, name: str, pid: int) -> None:
    """Write the pid file of `name`."""
    write_private(state.folder / f"{name}.pid", f"{pid} {psutil.Process(pid).create_time():.2f}\n")


def forget(state: State, name: str) -> None:
    (state.folder / f"{name}.pid").unlink(missing_ok=True)


def find(state: State, name: str) -> psutil.Process | None:
    """The living process that the pid file of `name` means, or None. Never another one with its number."""
    try:
        number, began = (state.folder / f"{name}.pid").read_text().split()
        process = psutil.Process(int(number))
        same = abs(process.create_time() - float(began)) < 1
        return process if same and is_alive(process) else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs. A zombie (dead, not yet collected by its parent) does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def leftovers(state: State) -> list[psutil.Process]:
    """What a supervisor of this state started and left behind, recognised by the mark in its environment."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            environment = process.environ()
            if environment.get("HMISLEAD_STATE") == str(state.folder) and MARK in environment and is_alive(process):
                found.append(process)
    return found


def stop(processes: Iterable[psutil.Process], *, seconds: float, first: signal.Signals = signal.SIGTERM) -> bool:
    """Send `first` to each, wait up to `seconds` in all, kill the rest. True when none had to be killed."""
    waiting = list(processes)
    send(waiting, first)
    waiting = wait_gone(waiting, seconds)
    send(waiting, signal.SIGKILL)
    wait_gone(waiting, 5)
    return not waiting


def send(processes: Iterable[psutil.Process], what: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(what)


def wait_gone(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those of `processes` that are still alive after at most `seconds`."""
    until = time.monotonic() + seconds
    left = [process for process in processes if is_alive(process)]
    while left and time.monotonic() < until:
        time.sleep(0.05)
        reap()
        left = [process for process in left if is_alive(process)]
    return left


def reap() -> None:
    """Collect our own dead children, so that they do not stay behind as zombies."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def end_with_parent() -> None:
    """Run in a new child: ask Linux to send it TERM when its parent dies, even by `kill -9`. Elsewhere does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run `command` and return its exit code. TERM goes on to it; Ctrl-C reaches it from the terminal by itself."""
    child = subprocess.Popen(command, env=environment)
    before = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return child.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
