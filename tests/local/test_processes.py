"""Processes that outlive their command are recognised by more than a number, and stopped in two steps."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from hmislead.local import processes
from hmislead.local.state import open_state


@pytest.fixture
def state(tmp_path):
    return open_state(tmp_path / "state")


@pytest.fixture
def start():
    """Start a Python program that has printed a line, so that its signal handlers stand."""
    started = []

    def run(code, **environment):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=os.environ | environment)
        started.append(child)
        child.stdout.readline()
        return psutil.Process(child.pid)

    yield run
    for child in started:
        child.kill()
        child.stdout.close()


SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def test_a_remembered_process_is_found_until_it_ends(state, start):
    process = start(SLEEPER)
    processes.remember(state, "web", process.pid)
    assert processes.find(state, "web") == process
    processes.stop([process], seconds=5)
    assert processes.find(state, "web") is None


def test_another_process_with_the_number_of_a_dead_one_is_not_ours(state, start):
    process = start(SLEEPER)
    began = process.create_time() - 3600
    (state.folder / "web.pid").write_text(f"{process.pid} {began:.2f}\n")
    assert processes.find(state, "web") is None


@pytest.mark.parametrize("content", ["", "12", "many words in it", "x 1.0"])
def test_a_damaged_pid_file_means_nothing(state, content):
    (state.folder / "web.pid").write_text(content)
    assert processes.find(state, "web") is None


def test_one_that_listens_ends_by_term_and_one_that_does_not_is_killed(start):
    assert processes.stop([start(SLEEPER)], seconds=5) is True
    deaf = start(DEAF)
    assert processes.stop([deaf], seconds=0.3) is False
    assert not processes.is_alive(deaf)


def test_leftovers_are_only_those_of_this_state_with_the_mark(state, start, tmp_path):
    ours = start(SLEEPER, HMISLEAD_STATE=str(state.folder), **{processes.MARK: "web"})
    start(SLEEPER, HMISLEAD_STATE=str(tmp_path / "other"), **{processes.MARK: "web"})
    start(SLEEPER, HMISLEAD_STATE=str(state.folder))  # a management command of a person
    assert processes.leftovers(state) == [ours]


def test_term_goes_on_to_the_command_that_runs(tmp_path):
    """A person or a service manager that stops bin/manage stops the command, and gets its exit code."""
    seen = tmp_path / "seen"
    inner = (
        "import pathlib, signal, sys, time;"
        f"signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path({str(seen)!r}).write_text('term'), sys.exit(7)));"
        "print('up', flush=True); time.sleep(60)"
    )
    outer = (
        "import os, sys; from hmislead.local import processes;"
        f"sys.exit(processes.run([sys.executable, '-c', {inner!r}], dict(os.environ)))"
    )
    child = subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE)
    with child.stdout as out:
        out.readline()
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 7
    assert seen.read_text() == "term"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_a_tied_process_ends_when_its_parent_is_killed(start):
    parent = start(
        "import subprocess, sys, time; from hmislead.local import processes;"
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}], preexec_fn=processes.end_with_parent);"
        "print('up', flush=True); time.sleep(60)"
    )
    deadline = time.monotonic() + 10
    while not (children := parent.children()) and time.monotonic() < deadline:
        time.sleep(0.05)
    parent.kill()
    assert processes.wait_gone(children, 10) == []
