"""Django's own command. It draws every model anew, again and again, which all stays: a quarter of its time went into garbage."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from hmislead.jobs import garbage


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with garbage.put_off():
            super().handle(*args, **options)
