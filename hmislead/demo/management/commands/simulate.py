"""`bin/manage simulate`: a simulated country, for benchmarks."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hmislead.demo.simulate import simulate
from hmislead.errors import DomainError


class Command(BaseCommand):
    help = "Fill an empty database with simulated implementations, by default as many as the whole country has."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--implementations", type=int, default=400)
        parser.add_argument("--organizations", type=int, default=15_000, help="Agencies of all of them together.")
        parser.add_argument("--licenses", type=int, default=150_000, help="Licenses of all of them together.")
        parser.add_argument("--yes-really", action="store_true", help="Even beside live implementations.")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            made = simulate(
                implementations=options["implementations"],
                organizations=options["organizations"],
                licenses=options["licenses"],
                really=options["yes_really"],
            )
            for count, implementation in enumerate(made, start=1):
                if count % 50 == 0:
                    self.stdout.write(f"{implementation.slug} after {time.monotonic() - started:.0f} s")
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Simulated {count} implementations in {time.monotonic() - started:.0f} s.")
