"""The supervisor stops its processes so that running work is finished, and starts a crashed one with a growing pause."""

import os
import sys
import time

import pytest

from hmislead.local.state import State, open_state
from hmislead.local.supervisor import Child, Supervisor
from hmislead.local.up import is_ready


@pytest.fixture
def state(tmp_path):
    return open_state(tmp_path / "state")


@pytest.fixture
def supervise(state):
    """A supervisor of one process, started; whatever is left of it ends with the test."""
    made = []

    def start(*command):
        supervisor = Supervisor(state)
        supervisor.environment.pop("DJANGO_SETTINGS_MODULE", None)  # Celery would load the product for it
        supervisor.children = [Child("worker", [sys.executable, *command], state)]
        made.append(supervisor)
        supervisor.children[0].look_after(supervisor.environment)
        return supervisor

    yield start
    for supervisor in made:
        supervisor.stop()


def wait_for(path):
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} did not come"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.processes
def test_a_running_task_is_finished_before_the_worker_ends(supervise, tmp_path):
    from tests.local.slow_app import app

    queue = f"slow-{os.getpid()}"
    worker = ["worker", "--queues", queue, "--concurrency", "1", "--without-mingle", "--without-gossip"]
    supervisor = supervise("-m", "celery", "-A", "tests.local.slow_app", *worker)
    app.send_task("slow.write", [str(tmp_path)], queue=queue)
    wait_for(tmp_path / "begun")
    supervisor.stop()
    assert (tmp_path / "finished").exists()
    assert supervisor.children[0].process.returncode == 0


def test_one_that_keeps_crashing_waits_longer_each_time(supervise):
    supervisor = supervise("-c", "import sys; sys.exit(3)")
    child = supervisor.children[0]
    pauses = []
    while len(pauses) < 3:
        if child.process is not None:
            child.process.wait(30)
            child.look_after(supervisor.environment)
            pauses.append(child.pause)
        child.due = 0.0  # the pause itself is not what is tested
        child.look_after(supervisor.environment)
    assert pauses == [1.0, 2.0, 4.0]


def test_nothing_is_ready_where_nothing_runs(tmp_path):
    state = State(open_state(tmp_path / "state").folder)
    state.remember("ports", web=str(state.new_port("web")))
    assert is_ready(state) is False
