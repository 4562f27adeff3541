"""What the product and its tests need from the machine itself: looked for, installed where we may, else named."""

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

from hmislead.local.venv import apt_install

# WeasyPrint loads these; without any font installed it can crash on a character that our own fonts lack.
WEASYPRINT_APT = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core")
WEASYPRINT_BREW = ("pango",)
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "~/.fonts",
    "~/.local/share/fonts",
)
# Chromium without windows takes two thirds of the time for the same pages; Debian has it in a package of its own.
HEADLESS_SHELL = "chromium-headless-shell"
CHROMIUM_NAMES = (HEADLESS_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def install(apt: tuple[str, ...], brew: tuple[str, ...]) -> bool:
    """Install packages with the machine's package manager, if it has one that asks no question. True when it did."""
    command = apt_install(*apt)
    if command is None and sys.platform == "darwin" and shutil.which("brew"):
        command = ["brew", "install", "--quiet", *brew]
    if command is None:
        return False
    print(f"Installing {', '.join(apt if sys.platform != 'darwin' else brew)} …", file=sys.stderr, flush=True)
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0


def weasyprint_works() -> bool:
    """Whether PDFs can be made: the libraries load and the machine has a font."""
    loads = subprocess.run([sys.executable, "-c", "import weasyprint"], capture_output=True, check=False)
    return loads.returncode == 0 and has_font()


def has_font() -> bool:
    return any(
        any(Path(folder).expanduser().rglob(f"*{kind}")) for folder in FONT_FOLDERS for kind in (".ttf", ".otf", ".ttc")
    )


def ensure_weasyprint() -> str | None:
    """Make PDFs possible. None when they are, else one sentence that names the packages to install."""
    if weasyprint_works() or (install(WEASYPRINT_APT, WEASYPRINT_BREW) and weasyprint_works()):
        return None
    if sys.platform == "darwin":
        return "PDF reports need Pango: run `brew install pango`, then this command again."
    return f"PDF reports need system libraries: install {', '.join(WEASYPRINT_APT)} (names of Debian and Ubuntu)."


def find_chromium() -> str | None:
    """The path of a Chromium that starts, or None. $HMISLEAD_CHROMIUM is taken first."""
    named = [os.environ.get("HMISLEAD_CHROMIUM", "")]
    found = [shutil.which(name) or "" for name in CHROMIUM_NAMES]
    for path in filter(None, [*named, *found, *CHROMIUM_MAC]):
        if Path(path).exists() and _runs(path):
            return path
    return None


def _runs(path: str) -> bool:
    # Ubuntu's package may be a stub that only asks for a snap.
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def ensure_chromium() -> str | None:
    """The path of a Chromium, installed when we may, or None. One that $HMISLEAD_CHROMIUM names is good enough."""
    found = find_chromium()
    if found and (found == os.environ.get("HMISLEAD_CHROMIUM") or Path(found).name == HEADLESS_SHELL):
        return found
    if _apt_knows(HEADLESS_SHELL) and install((HEADLESS_SHELL,), ()):
        found = find_chromium()
    return found or (find_chromium() if install(("chromium",), ("--cask", "chromium")) else None)


def _apt_knows(package: str) -> bool:
    """Whether the machine's last list of packages has `package`. False where there is no apt."""
    if not shutil.which("apt-cache"):
        return False
    return subprocess.run(["apt-cache", "show", package], capture_output=True, check=False).returncode == 0


def ensure_pdftotext() -> bool:
    """Whether pdftotext (poppler-utils) is there, installed when we may: tests read our PDFs with it."""
    if not shutil.which("pdftotext"):
        install(("poppler-utils",), ("poppler",))
    return bool(shutil.which("pdftotext"))


def code_of(pattern: str, root: Path) -> list[str]:
    """The files and folders that match `pattern` below `root`, relative to it, in order."""
    return sorted(str(Path(path).relative_to(root)) for path in glob.glob(str(root / pattern)))
