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
from contextlib import contextmanager
from pathlib import Path

from hmislead.local import packages, services
from hmislead.local.state import ROOT, LocalError, State, open_state

PYTHON = sys.executable
ROOMS = ("agreements", "policies", "training", "reporting")


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


def prepare(environment: dict[str, str]) -> None:
    """Chromium and pdftotext for the tests. A missing one is an error in CI; elsewhere its tests are skipped."""
    in_ci = os.environ.get("CI", "").lower() == "true"
    missing = packages.ensure_weasyprint()
    if missing:
        raise LocalError(missing)
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
    """Each check: its name, its command, its environment."""
    manage = [PYTHON, "manage.py"]
    lint_imports = str(Path(PYTHON).parent / "lint-imports")
    deploy = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    return [
        ("ruff check", [PYTHON, "-m", "ruff", "check", "."], environment),
        ("ruff format", [PYTHON, "-m", "ruff", "format", "--check", "."], environment),
        ("mypy", [PYTHON, "-m", "mypy", *typed()], environment),
        ("import contracts", [lint_imports], environment),
        ("missing migrations", [*manage, "makemigrations", "--check", "--dry-run"], environment),
        ("check --deploy", deploy, production_environment(environment)),
        ("pytest", [PYTHON, "-m", "pytest", "-n", "2"], environment),
    ]


def run_all(environment: dict[str, str]) -> int:
    """Run every check, also after one failed. Returns 0 when all passed."""
    seconds: list[str] = []
    failed: list[str] = []
    for name, command, its_environment in steps(environment):
        print(f"── {name}", flush=True)
        if name == "pytest":  # its summary is to be the last thing on the screen
            _report(seconds, failed)
        begun = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, env=its_environment, check=False).returncode
        seconds.append(f"{name} {time.monotonic() - begun:.1f} s")
        if code:
            failed.append(name)
            print(f"── {name} FAILED (exit code {code})", flush=True)
    return 1 if failed else 0


def _report(seconds: list[str], failed: list[str]) -> None:
    print("── " + ", ".join(seconds), flush=True)
    if failed:
        print(f"── failed so far: {', '.join(failed)}", flush=True)


def main() -> int:
    try:
        with test_services() as environment:
            arguments = sys.argv[1:]
            if not arguments:
                prepare(environment)
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
