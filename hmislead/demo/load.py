"""Loading the demonstration: two implementations, one sign-in per role, a year told."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from hmislead.access.operations import grant_role
from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import Membership, User
from hmislead.demo.story import Story, tell
from hmislead.directory.models import Person
from hmislead.directory.operations import people
from hmislead.jobs import garbage
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation
from hmislead.tenancy.operations import move_implementation

ZONES = {"demo": "America/New_York", "demo-two": "America/Denver"}
NAMES = {"demo": "Three Rivers HMIS", "demo-two": "High Plains HMIS"}


class Password:
    """The one password of all sign-ins. Hashing is slow on purpose, so it is done once."""

    def __init__(self, plain: str) -> None:
        self.plain = plain
        self.encoded = make_password(plain)


@garbage.put_off()
def load() -> bool:
    """Make the demonstration unless it is there, and write the sign-ins to the state folder. True if it was made."""
    if Implementation.objects.filter(slug="demo").exists():
        return False
    password = Password(secrets.token_urlsafe(12))
    signins = [_operator(password)]
    signins += _implementation("demo", password, small=False)
    signins += _implementation("demo-two", password, small=True)
    write_signins(signins)
    return True


def write_signins(signins: list[dict[str, str]]) -> None:
    """`signins.json` in the state folder, readable by its owner alone."""
    path = Path(django_settings.STATE_DIR) / "signins.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(signins, file, indent=2)


def _operator(password: Password) -> dict[str, str]:
    _sign_in("operator@example.org", "Olga Operator", password, is_operator=True)
    return _signin("Operator", "operator@example.org", password, "the installation")


@transaction.atomic
def _implementation(slug: str, password: Password, *, small: bool) -> list[dict[str, str]]:
    implementation = Implementation.objects.create(slug=slug, name=NAMES[slug], timezone=ZONES[slug], is_demo=True)
    prefix = "" if slug == "demo" else "two."
    with use(implementation):
        administrator = _user(f"{prefix}admin@example.org", "Ada Administrator", password, implementation)
        grant_role(user=administrator, role="lead_administrator", by=ROBOT)
        story = Story(today=settings.today(), by=administrator, small=small)
        move_implementation(to=Implementation.State.LIVE, by=administrator)
        tell(story)
        signins = [_signin("Lead administrator", administrator.email, password, implementation.name)]
        return signins + _roles(story, prefix, password, implementation)


def _roles(story: Story, prefix: str, password: Password, implementation: Implementation) -> list[dict[str, str]]:
    coc, agency = story.cocs[0], story.chos[1]
    wanted: list[tuple[str, str, str, dict[str, Any], str]] = [
        ("lead_staff", "staff", "Sam Staff", {}, implementation.name),
        ("trainer", "trainer", "Tara Trainer", {}, implementation.name),
        ("help_desk_agent", "helpdesk", "Hal Helpdesk", {}, implementation.name),
        ("monitor", "monitor", "Mona Monitor", {}, implementation.name),
        ("analyst", "analyst", "Andy Analyst", {}, implementation.name),
        ("coc_staff", "coc", "Cora Continuum", {"coc": coc}, str(coc)),
        ("body_member", "body", "Boris Board", {"coc": coc}, str(coc)),
        ("cho_lead", "agency", "Agnes Agency", {"organization": agency}, agency.name),
        ("cho_security_officer", "security", "Sid Security", {"organization": agency}, agency.name),
        ("auditor", "auditor", "Aldo Auditor", {"ends_on": story.day(-90)}, implementation.name),
    ]
    signins = []
    for role, local, name, scope, words in wanted[:8] if story.small else wanted:
        user = _user(f"{prefix}{local}@example.org", name, password, implementation)
        grant = grant_role(user=user, role=role, by=story.by, **scope)
        signins.append(_signin(grant.get_role_display(), user.email, password, words))
    return [*signins, _end_user(story, prefix, password, implementation, agency)]


def _end_user(
    story: Story, prefix: str, password: Password, implementation: Implementation, agency: Any
) -> dict[str, str]:
    """One of the agency's people gets a sign-in: their access comes from being that person, not from a grant."""
    holder = next(
        each
        for each in story.holders
        if each.organization_id == agency.pk and each.ends is None and each.care == "late"
    )
    user = _user(f"{prefix}user@example.org", "", password, implementation)
    person = Person.objects.get(pk=holder.person_id)
    people.change_person(person_id=person.pk, email=user.email, by=story.by)
    Person.objects.filter(pk=person.pk).update(user=user)
    User.objects.filter(pk=user.pk).update(name=str(person))
    return _signin("End user", user.email, password, f"{person} at {agency.name}")


def _user(email: str, name: str, password: Password, implementation: Implementation) -> User:
    user = _sign_in(email, name, password)
    Membership.objects.create(user=user, implementation=implementation)
    return user


def _sign_in(email: str, name: str, password: Password, **fields: Any) -> User:
    return User.objects.create(email=email, name=name, password=password.encoded, **fields)


def _signin(role: str, email: str, password: Password, scope: str) -> dict[str, str]:
    return {"role": role, "email": email, "password": password.plain, "scope": scope}
