"""`bin/manage load_demo`: the fictional demonstration, once."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from hmislead.demo.load import load


class Command(BaseCommand):
    help = "Load the fictional demonstration implementations, unless they are there, and write signins.json."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        made = load()
        self.stdout.write(
            f"Demonstration loaded in {time.monotonic() - started:.0f} s." if made else "Demonstration is there."
        )
