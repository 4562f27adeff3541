"""`bin/up [--detach] [--port N] [--state DIR] [--no-demo]`: everything, ready to sign in."""

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit

from hmislead.local import down, packages, processes, services
from hmislead.local.assets import collect_static
from hmislead.local.state import DEFAULT_WEB_PORT, ROOT, LocalError, State, add_state_option, open_state, port_is_free
from hmislead.local.tables import bring_up_to_date

READY_SECONDS = 60
MANAGE = [sys.executable, str(ROOT / "manage.py")]


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/up", description="Start HMIS Lead on this machine.")
    parser.add_argument("--detach", action="store_true", help="return when it is ready; stop it with bin/down")
    parser.add_argument("--port", type=int, help=f"the port of the web pages (default: {DEFAULT_WEB_PORT})")
    add_state_option(parser)
    parser.add_argument("--no-demo", action="store_true", help="do not load the demonstration")
    return parser.parse_args(arguments)


def choose_port(state: State, wanted: int | None) -> None:
    """Remember the port of the web pages: the wanted one, else that of the last start, else the default."""
    port = wanted or state.web_port
    if not port_is_free(port):
        raise LocalError(f"Port {port} is in use by another program. Choose another one: bin/up --port {port + 1}")
    state.remember("ports", web=str(port))


def prepare(state: State, *, demo: bool) -> None:
    """Everything before the first page: libraries, services, tables, static files, the demonstration."""
    with libraries():
        services.start(state)
        services.keep(state)
        environment = services.environment(state)
        with collect_static(state, environment):
            bring_up_to_date(state, partial(manage, environment, "migrate", "--no-input", "--verbosity", "0"))
            if demo and not (state.folder / "signins.json").exists():
                say("Loading the demonstration …")
                manage(environment, "load_demo")


@contextlib.contextmanager
def libraries() -> Iterator[None]:
    """Run the block while the machine's libraries are looked for, or installed. Raises LocalError when they are missing."""
    with ThreadPoolExecutor() as threads:
        looking = threads.submit(packages.ensure_weasyprint)
        yield
    if missing := looking.result():
        raise LocalError(missing)


def manage(environment: dict[str, str], *command: str) -> None:
    """Run a management command. Raises LocalError when it fails; its own message is on the screen then."""
    # What goes well is not worth a line here: it would hide the address.
    quiet = {"LOG_LEVEL": "WARNING"} | environment
    if subprocess.run([*MANAGE, *command], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise LocalError(f"`bin/manage {command[0]}` failed; its message is above. Nothing was started.")


def start_supervisor(state: State, *, tied: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "hmislead.local.supervisor", "--state", str(state.folder)]
    with state.log("supervisor").open("a") as log:
        return subprocess.Popen(
            [*command, "--tied"] if tied else command,
            cwd=ROOT,
            env=services.environment(state),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def is_ready(state: State) -> bool:
    """Whether /readyz of our web process answers that all is well."""
    host = urlsplit(services.environment(state)["PUBLIC_URL"]).netloc  # a name that ALLOWED_HOSTS lets in
    request = urllib.request.Request(f"http://127.0.0.1:{state.web_port}/readyz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (TimeoutError, urllib.error.URLError, ConnectionError):
        return False


def wait_until_ready(state: State) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if is_ready(state):
            return
        time.sleep(0.1)
    raise LocalError(f"The web pages did not come up within {READY_SECONDS} s. See {state.log('web')}.")


def say(sentence: str) -> None:
    print(sentence, flush=True)


def welcome(state: State) -> None:
    """Say the address and one sign-in per role."""
    say(f"HMIS Lead is ready: {services.environment(state)['PUBLIC_URL']}")
    with contextlib.suppress(FileNotFoundError):
        signins = json.loads((state.folder / "signins.json").read_text())
        width = max((len(row["role"]) for row in signins), default=0)
        first = {row["role"]: row for row in reversed(signins)}
        for row in reversed(first.values()):
            say(f"  {row['role']:<{width}}  {row['email']}  {row['password']}  ({row['scope']})")


@contextlib.contextmanager
def stopped_on_failure(state: State) -> Iterator[None]:
    """A start that fails or is interrupted leaves nothing running."""
    try:
        yield
    except BaseException:  # also Ctrl-C: nothing is left running
        down.stop_everything(state)
        raise


def start(state: State, options: argparse.Namespace) -> subprocess.Popen[bytes] | None:
    """Bring everything up and say so. None when it was up already."""
    with state.lock("up"):
        if processes.find(state, "supervisor") is not None:
            wait_until_ready(state)
            say("It was running already; stop it with bin/down.")
            welcome(state)
            return None
        down.clear_leftovers(state)
        choose_port(state, options.port)
        with stopped_on_failure(state):
            prepare(state, demo=not options.no_demo)
            child = start_supervisor(state, tied=not options.detach)
            wait_until_ready(state)
        welcome(state)
        return child


def stay(state: State, child: subprocess.Popen[bytes]) -> int:
    """Stay in the foreground until Ctrl-C or TERM, then stop everything."""
    say("Press Ctrl-C to stop.")
    try:
        return child.wait()
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM):  # a second Ctrl-C must not leave half of it running
            signal.signal(number, signal.SIG_IGN)
        say("Stopping; running work is finished first …")
        down.stop_everything(state)
        say("Stopped.")
        return 0


def main() -> int:
    options = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # TERM stops us as Ctrl-C does
    try:
        state = open_state(options.state)
        child = start(state, options)
        return 0 if child is None or options.detach else stay(state, child)
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; everything was stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
