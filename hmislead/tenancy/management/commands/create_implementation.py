"""`bin/manage create_implementation --slug harbor --name "Harbor County HMIS" --timezone America/New_York …`"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from hmislead.errors import DomainError
from hmislead.tenancy.operations import create_implementation


class Command(BaseCommand):
    help = "Make an implementation in setup and mail an invitation to its first Lead administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--slug", required=True, help="Its short name in addresses: small letters, digits, hyphens."
        )
        parser.add_argument("--name", required=True)
        parser.add_argument("--timezone", default="America/New_York", help="Such as America/Chicago.")
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-name", default="", help="Default: the address.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = create_implementation(
                slug=options["slug"],
                name=options["name"],
                timezone=options["timezone"],
                admin_email=options["admin_email"],
                admin_name=options["admin_name"] or options["admin_email"],
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{made.name} is made at /i/{made.slug}/. The invitation is on its way.")
