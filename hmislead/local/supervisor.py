"""Runs web, worker and scheduler together, starts a crashed one again, and stops each warmly on TERM.

Started by `bin/up` as a process of its own: `python -m hmislead.local.supervisor --state DIR`.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import psutil

from hmislead.local import processes, services
from hmislead.local.state import ROOT, State, add_state_option, open_state

QUEUES = "checks,documents,imports,mail,celery"
STOP_SECONDS = 60  # a worker finishes its tasks; those that take longer are taken up again by the next worker
LONGEST_PAUSE = 30.0  # seconds between two starts of one that keeps crashing
STEADY_SECONDS = 60.0  # one that ran this long starts again without a pause
BEHIND = 10  # how far worker and scheduler stand back for the pages, also while everything starts (niceness)


def commands(state: State) -> dict[str, list[str]]:
    """The command of each process, by name."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "hmislead.celery"]
    gunicorn = [*python, "gunicorn", "hmislead.wsgi:application", "--bind", f"127.0.0.1:{state.web_port}"]
    threads = ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--graceful-timeout", "30"]
    # Two copies of one account would share gunicorn's control socket.
    web = [*gunicorn, *threads, "--no-control-socket", "--worker-tmp-dir", str(state.folder)]
    worker = ["--queues", QUEUES, "--pool", "prefork", "--concurrency", "2", "--hostname", f"{state.key}@%h"]
    beat = ["--scheduler", "django_celery_beat.schedulers:DatabaseScheduler", "--pidfile", ""]
    return {
        "web": web,
        "worker": [*celery, "worker", "--loglevel", "INFO", *worker],
        "scheduler": [*celery, "beat", "--loglevel", "INFO", *beat],
    }


@dataclass
class Child:
    """One process that is kept running."""

    name: str
    command: list[str]
    state: State
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    pause: float = 0.0
    due: float = 0.0
    behind: int = 0  # niceness

    def start(self, environment: dict[str, str]) -> None:
        with self.state.log(self.name).open("a") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=environment | {processes.MARK: self.name},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which stops us warmly
                preexec_fn=self.prepare,
            )
        self.begun = time.monotonic()

    def prepare(self) -> None:
        """What the new process does before it becomes the command."""
        processes.end_with_parent()
        os.nice(self.behind)

    def look_after(self, environment: dict[str, str]) -> None:
        """Start it when it is due; when it has ended, say so and choose when it is due again."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start(environment)
        elif self.process.poll() is not None:
            steady = now - self.begun > STEADY_SECONDS
            self.pause = 1.0 if steady or not self.pause else min(self.pause * 2, LONGEST_PAUSE)
            self.due = now + self.pause
            code = self.process.returncode
            print(f"{self.name} ended with code {code}; it starts again in {self.pause:.0f} s.", flush=True)
            self.process = None


class Supervisor:
    """Keeps the children running until told to stop."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.environment = services.environment(state)
        self.children = [
            Child(name, command, state, behind=0 if name == "web" else BEHIND)
            for name, command in commands(state).items()
        ]
        self.told_to_stop = threading.Event()

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.told_to_stop.set())
        processes.remember(self.state, "supervisor", os.getpid())
        try:
            while not self.told_to_stop.wait(0.2):
                for child in self.children:
                    child.look_after(self.environment)
        finally:
            self.stop()
            services.stop(self.state)
            processes.forget(self.state, "supervisor")

    def stop(self) -> None:
        """TERM goes to each main process only, which lets its own children finish; what is left is killed."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
        processes.stop(others(self.state), seconds=2)


def others(state: State) -> list[psutil.Process]:
    """What the supervisors of this state started and is still there; not this process itself."""
    return [process for process in processes.leftovers(state) if process.pid != os.getpid()]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hmislead.local.supervisor")
    add_state_option(parser)
    parser.add_argument("--tied", action="store_true", help="end when the process that started this one ends")
    options = parser.parse_args()
    if options.tied:
        processes.end_with_parent()
    Supervisor(open_state(options.state)).run()


if __name__ == "__main__":
    main()
