"""`bin/manage create_operator --email …`: the one sign-in that no invitation makes."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from hmislead.accounts.models import User

VARIABLE = "HMISLEAD_OPERATOR_PASSWORD"


class Command(BaseCommand):
    help = f"Make an operator, who makes implementations. Asks for the password, or reads it from {VARIABLE}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(email__iexact=options["email"]).exists():
            raise CommandError("This address has a sign-in already. Use another one for the operator.")
        password = os.environ.get(VARIABLE) or getpass("Password (at least 12 characters): ")
        user = User(email=options["email"], name=options["name"], is_operator=True)
        try:
            user.full_clean(exclude=["password"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        user.set_password(password)
        user.save()
        self.stdout.write("The operator is made. Set up a second factor at the first sign-in.")
