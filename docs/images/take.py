"""Takes the screenshots of README.md from a running demonstration.

`.venv/bin/python docs/images/take.py [STATE_DIR] [ADDRESS]`
"""

import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

STATE = Path(sys.argv[1] if len(sys.argv) > 1 else "var")
ADDRESS = sys.argv[2] if len(sys.argv) > 2 else "http://localhost:8000"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SHOTS = {"home": "/i/demo/"}


def main() -> None:
    signins = json.loads((STATE / "signins.json").read_text())
    administrator = next(each for each in signins if each["role"] == "Lead administrator")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{ADDRESS}/accounts/login/")
        page.fill("input[type=email], input[name=login]", administrator["email"])
        page.fill("input[type=password]", administrator["password"])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "/login/" not in url)
        for name, path in SHOTS.items():
            page.goto(ADDRESS + path)
            page.screenshot(path=Path(__file__).parent / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
