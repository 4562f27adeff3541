"""`bin/test [PYTEST ARGUMENTS]`: every check of the project, or pytest alone when arguments are given.

PostgreSQL and Valkey are private and thrown away afterwards. With HMISLEAD_TEST_STATE=DIR they are kept running in DIR
between runs (stop them with `bin/down --state DIR`), which saves their start.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from hmislead.local import packages, services
from hmislead.local.state import ROOT, LocalError, State, open_state

PYTHON = sys.executable
ROOMS = ("agreements", "policies", "training", "reporting")
PROCESSES = 2  # of pytest


@contextmanager
def test_services() -> Iterator[dict[str, str]]:
    """The services and environment of a test run."""
    kept = os.environ.get("HMISLEAD_TEST_STATE")
    if kept:
        state = open_state(kept)
        services.start(state, durable=False)
        yield test_environment(state)
        return
    with tempfile.TemporaryDirectory(prefix="hmislead-test-") as folder:
        state = open_state(Path(folder) / "state")
        try:
            services.start(state, durable=False, tied=True)
            yield test_environment(state)
        finally:
            services.remove(state)


def test_environment(state: State) -> dict[str, str]:
    """The environment of a test run: what a person set for their own copy of the product must not reach the tests."""
    theirs = {"SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "DEBUG", "EMAIL_BACKEND", "BEHIND_PROXY", "CLAMAV_ADDRESS"}
    values = {name: value for name, value in services.environment(state).items() if name not in theirs}
    return values | {"SECRET_KEY": secrets.token_urlsafe(48), "DJANGO_SETTINGS_MODULE": "hmislead.settings_test"}


def find_tools(environment: dict[str, str]) -> None:
    """Chromium and pdftotext for the tests. A missing one is an error in CI; elsewhere its tests are skipped."""
    in_ci = os.environ.get("CI", "").lower() == "true"
    chromium = packages.ensure_chromium()
    if chromium:
        environment["HMISLEAD_CHROMIUM"] = chromium
    elif in_ci:
        raise LocalError("Chromium is missing and could not be installed, so the browser tests cannot run.")
    else:
        environment["HMISLEAD_NO_BROWSER"] = "1"
        print("No Chromium: the tests marked `browser` are skipped (install the package chromium to run them).")
    if not packages.ensure_pdftotext():
        if in_ci:
            raise LocalError("pdftotext is missing and could not be installed, so the PDF tests cannot run.")
        environment["HMISLEAD_NO_PDFTOTEXT"] = "1"
        print("No pdftotext: the tests marked `pdftotext` are skipped (install the package poppler-utils to run them).")


def make_databases(environment: dict[str, str]) -> None:
    """One database for each process of pytest. Raises LocalError when the migrations fail; their message is above it."""
    command = [PYTHON, "-m", "hmislead.local.test_databases", str(PROCESSES)]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise LocalError("The databases of the tests could not be made, so pytest was not run.")


def production_environment(environment: dict[str, str]) -> dict[str, str]:
    """What `check --deploy` must find nothing wrong with: the product as docs/operations/deploy.md sets it up."""
    return environment | {
        "DJANGO_SETTINGS_MODULE": "hmislead.settings",
        "PUBLIC_URL": "https://hmislead.example.org",
        "ALLOWED_HOSTS": "hmislead.example.org",
        "BEHIND_PROXY": "true",
    }


def typed() -> list[str]:
    """What mypy reads: the ground, and every room's policy and operations."""
    patterns = [
        f"{room}/{name}" for room in (*ROOMS, "policies/cases") for name in ("policy.py", "operations.py", "operations")
    ]
    return ["hmislead", *(path for pattern in patterns for path in packages.code_of(pattern, ROOT))]


def steps(environment: dict[str, str]) -> list[tuple[str, list[str], dict[str, str]]]:
    """Each static check: its name, its command, its environment. The longest comes first."""
    manage = [PYTHON, "manage.py"]
    lint_imports = str(Path(PYTHON).parent / "lint-imports")
    deploy = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    return [
        ("mypy", [PYTHON, "-m", "mypy", *typed()], environment),
        ("ruff check", [PYTHON, "-m", "ruff", "check", "."], environment),
        ("ruff format", [PYTHON, "-m", "ruff", "format", "--check", "."], environment),
        ("import contracts", [lint_imports], environment),
        ("missing migrations", [*manage, "makemigrations", "--check", "--dry-run"], environment),
        ("check --deploy", deploy, production_environment(environment)),
    ]


def run_all(environment: dict[str, str]) -> int:
    """Run every check, also after one failed. Returns 0 when all passed."""
    if missing := packages.ensure_weasyprint():
        raise LocalError(missing)
    failed: list[str] = []
    with ThreadPoolExecutor(3) as beside:  # most of them keep one core busy
        pytest_needs = [beside.submit(need, environment) for need in (make_databases, find_tools)]
        checks = [beside.submit(_check, *step, failed) for step in steps(dict(environment))]
        for need in pytest_needs:
            need.result()
        seconds = [check.result() for check in checks]
    print("── " + ", ".join(seconds), flush=True)  # before pytest, whose summary is to be the last thing on the screen
    if failed:
        print(f"── failed so far: {', '.join(failed)}", flush=True)
    print("── pytest", flush=True)
    command = [PYTHON, "-m", "pytest", "-n", str(PROCESSES), "--reuse-db"]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return 1 if code or failed else 0


def _check(name: str, command: list[str], environment: dict[str, str], failed: list[str]) -> str:
    """Run one check and print what it said at its end, in one piece. Returns its name and seconds; it joins `failed`."""
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = f"── {name}\n{done.stdout}"
    if done.returncode:
        failed.append(name)
        said += f"── {name} FAILED (exit code {done.returncode})\n"
    print(said, end="", flush=True)
    return f"{name} {time.monotonic() - begun:.1f} s"


def main() -> int:
    try:
        with test_services() as environment:
            arguments = sys.argv[1:]
            if not arguments:
                return run_all(environment)
            chromium = packages.find_chromium()
            environment |= {"HMISLEAD_CHROMIUM": chromium} if chromium else {"HMISLEAD_NO_BROWSER": "1"}
            return subprocess.run(
                [PYTHON, "-m", "pytest", *arguments], cwd=ROOT, env=environment, check=False
            ).returncode
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
