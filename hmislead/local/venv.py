"""Keeps `.venv` equal to a lock file. Run as a plain file by any Python >= 3.11: it imports the standard library only.

python hmislead/local/venv.py base|dev
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCKS = {"base": ROOT / "requirements" / "base.txt", "dev": ROOT / "requirements" / "dev.txt"}


class SetUpError(Exception):
    """Something only the person at the machine can mend; the message is for them."""


def wanted(name: str) -> str:
    """The fingerprint of lock `name` (SHA-256, in hexadecimal digits)."""
    return hashlib.sha256(LOCKS[name].read_bytes()).hexdigest()


def stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


def is_current(name: str) -> bool:
    """Whether `.venv` holds what lock `name` asks for."""
    python = VENV / "bin" / "python"
    return python.exists() and stamp(name).is_file() and stamp(name).read_text() == wanted(name)


def make() -> None:
    """Create `.venv`. Debian and Ubuntu leave a part that this needs in a package of its own."""
    # A machine's Python may have been replaced under an older .venv; --clear starts over in that case.
    base = getattr(sys, "_base_executable", sys.executable)  # never the .venv that is about to be cleared
    command = [base, "-m", "venv", "--clear", str(VENV)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    install = apt_install(package)
    if install is None or subprocess.run(install, check=False).returncode != 0:
        raise SetUpError(
            f"Python could not make a virtual environment. Install the package {package}, then run this command again."
        )
    if subprocess.run(command, check=False).returncode != 0:
        raise SetUpError(f"Python still cannot make a virtual environment in {VENV}. Its message is above.")


def apt_install(*packages: str) -> list[str] | None:
    """The command that installs `packages` where apt is present and we may use it without a question, else None."""
    if not Path("/usr/bin/apt-get").exists():
        return None
    as_root = "env DEBIAN_FRONTEND=noninteractive apt-get"
    if os.geteuid() != 0:
        if subprocess.run(["sh", "-c", "sudo -n true"], capture_output=True, check=False).returncode != 0:
            return None
        as_root = f"sudo -n {as_root}"
    quiet = "-qq -o Dpkg::Use-Pty=0"
    return ["sh", "-c", f"{as_root} update {quiet} && {as_root} install {quiet} -y {' '.join(packages)} >/dev/null"]


def install(name: str) -> None:
    """Install lock `name`: every file is checked against its hash."""
    print(f"Installing the packages of {LOCKS[name].relative_to(ROOT)} …", file=sys.stderr, flush=True)
    # The lock is complete, so pip has nothing to resolve (--no-deps). Compiling every module would take a third of the time,
    # and most are never imported: Python compiles and keeps what is.
    options = ["--require-hashes", "--no-deps", "--no-compile", "--quiet", "--disable-pip-version-check", "--no-input"]
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", *options, "-r"]
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for number, half in enumerate(halves(LOCKS[name].read_text())):
            part = Path(folder) / f"{number}.txt"
            part.write_text(half)
            running.append(subprocess.Popen([*command, str(part)]))
        codes = [each.wait() for each in running]
    if any(codes):
        raise SetUpError("The packages could not be installed. What pip says is above; nothing else was changed.")
    for covered in {name, "base"}:  # the dev lock holds everything of the base lock
        stamp(covered).write_text(wanted(covered))


def halves(lock: str) -> tuple[str, str]:
    """The packages of a lock in two halves: pip keeps one core busy, and packages have no files in common."""
    packages = re.split(r"(?m)^(?=[^\s#])", lock)
    return "".join(packages[::2]), "".join(packages[1::2])


def ensure(name: str) -> None:
    """Make `.venv` hold lock `name` (`base` or `dev`); two at once wait for each other.

    Raises SetUpError with a sentence that says what to do.
    """
    if is_current(name):
        return
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current(name):
            return
        if not (VENV / "bin" / "pip").exists() or not runs(VENV / "bin" / "python"):
            make()
        install(name)


def runs(python: Path) -> bool:
    try:
        return subprocess.run([str(python), "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def main() -> int:
    try:
        ensure(sys.argv[1])
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
