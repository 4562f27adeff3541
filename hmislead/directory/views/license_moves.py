"""The next steps of a license: one button, one address, one operation each. Buttons come from NEXT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponseBase

from hmislead.access.pages import page
from hmislead.compliance.models import Task
from hmislead.directory import forms_people
from hmislead.directory import policy_people as policy
from hmislead.directory.models import License
from hmislead.directory.operations import account_facts, accounts, licenses
from hmislead.directory.views.people import at
from hmislead.web.form_pages import FormPage, answer_sent

State = License.State


@dataclass(frozen=True)
class Move:
    """A step. `frm` are the states it starts from, `to` the state it leads to ('' stays)."""

    name: str
    button: str
    title: str
    line: str
    frm: frozenset[str]
    to: str
    form: type[forms.Form]
    act: Callable[..., License]
    done: str
    danger: bool = False


LIVING = frozenset(State.values) - {State.TERMINATED}
MOVES = {
    move.name: move
    for move in (
        Move(
            "activate",
            "Activate license",
            "Activate the license",
            "The person may then use the HMIS. Open the account in the HMIS as well.",
            frozenset({State.REQUESTED, State.BLOCKED}),
            State.ACTIVE,
            forms_people.DayForm,
            licenses.activate_license,
            "The license is active.",
        ),
        Move(
            "reactivate",
            "Reactivate license",
            "End the suspension",
            "The person may then use the HMIS again.",
            frozenset({State.SUSPENDED}),
            State.ACTIVE,
            forms_people.DayForm,
            licenses.reactivate_license,
            "The license is active again.",
        ),
        Move(
            "unblock",
            "Let the request go on",
            "Let the request go on",
            "It waits again to be activated.",
            frozenset({State.BLOCKED}),
            State.REQUESTED,
            forms_people.ConfirmForm,
            licenses.unblock_license,
            "The request goes on.",
        ),
        Move(
            "suspend",
            "Suspend license",
            "Suspend the license",
            "The person may not use the HMIS until you reactivate it. If the account may be open, a task asks to lock it.",
            frozenset({State.ACTIVE}),
            State.SUSPENDED,
            forms_people.ReasonForm,
            licenses.suspend_license,
            "The license is suspended.",
            danger=True,
        ),
        Move(
            "block",
            "Put the request on hold",
            "Put the request on hold",
            "It goes no further until you let it go on.",
            frozenset({State.REQUESTED}),
            State.BLOCKED,
            forms_people.ReasonForm,
            licenses.block_license,
            "The request is on hold.",
        ),
        Move(
            "restart-use",
            "Count inactivity anew",
            "Count inactivity anew",
            "Do this when the account was unlocked or the person was retrained.",
            frozenset({State.ACTIVE, State.SUSPENDED}),
            "",
            forms_people.DayForm,
            licenses.restart_use,
            "Inactivity counts from that day.",
        ),
        Move(
            "terminate",
            "End license",
            "End the license for good",
            "This cannot be undone. Somebody who left is reported as a departure instead, so that the clock runs.",
            LIVING,
            State.TERMINATED,
            forms_people.ReasonForm,
            licenses.terminate_license,
            "The license has ended.",
            danger=True,
        ),
    )
}


@dataclass(frozen=True)
class Button:
    label: str
    url: str
    danger: bool = False


def buttons(request: Any, license: License, *, ready: bool) -> list[Button]:
    """The steps the reader may take with a license, the most likely one first. `ready`: its gate is open."""
    user, organization = request.user, license.organization_id
    found: list[Button] = []
    for move in MOVES.values():
        needs_gate = move.to == State.ACTIVE
        if license.state in move.frm and _may(user, license, move) and (ready or not needs_gate):
            found.append(Button(move.button, at(request, f"license-{move.name}", pk=license.pk), move.danger))
    if license.state == State.TERMINATED:
        return found
    if policy.may_manage(user, organization):
        found.append(Button("Change", at(request, "license-edit", pk=license.pk)))
    if policy.may_prove(user, organization):
        found.append(Button("Record how the account looks", at(request, "license-observe", pk=license.pk)))
    leaves = license.state in {State.ACTIVE, State.SUSPENDED} or account_facts.may_be_used(license)
    if leaves and policy.may_report(user, organization) and not license.departures.filter(proved_at=None).exists():
        departure = Button("Report departure", at(request, "license-departure", pk=license.pk))
        # What an agency comes for; the Lead comes to activate or reactivate.
        found.insert(1 if found and found[0].label in {"Activate license", "Reactivate license"} else 0, departure)
    return found


def _may(user: Any, license: License, move: Move) -> bool:
    if move.to == State.TERMINATED:
        return policy.may_terminate(user, license)
    return policy.may_manage(user, license.organization_id)


def _require(user: Any, license: License, move: Move) -> None:
    if move.to == State.TERMINATED:
        policy.require_terminate(user, license)
    else:
        policy.require_manage(user, license.organization_id)


@page("manage_licenses")
def license_move(request: Any, pk: UUID, move: str) -> HttpResponseBase:
    """A step that is the HMIS Lead's."""
    return _ask(request, pk, MOVES[move])


@page("request_licenses")
def license_terminate(request: Any, pk: UUID) -> HttpResponseBase:
    """To end a license. The page opens for agencies too, which take back what they asked for."""
    return _ask(request, pk, MOVES["terminate"])


def _ask(request: Any, pk: UUID, step: Move) -> HttpResponseBase:
    """Ask for what a step needs to know, then take it."""
    license = License.objects.visible_to(request.user).select_related("person", "organization").get(pk=pk)
    _require(request.user, license, step)
    back = license.get_absolute_url()
    about = FormPage(step.title, step.button, back, step.line, [(str(license), back)], step.danger)

    def act(data: dict[str, Any]) -> tuple[str, str]:
        step.act(license_id=pk, by=request.user, **data)
        return back, step.done + _task_words(license)

    return answer_sent(request, step.form(request.POST or None), about, act)


def _task_words(license: License) -> str:
    task = Task.objects.open().filter(license=license, kind__in=accounts.SHUTTING).order_by("-number").first()
    return f" {task} asks for proof that the account is shut." if task else ""


@page("manage_licenses")
def license_edit(request: Any, pk: UUID) -> HttpResponseBase:
    """Change what a license is for."""
    license = License.objects.visible_to(request.user).select_related("person", "organization").get(pk=pk)
    back = license.get_absolute_url()
    about = FormPage("Change the license", "Save", back, "", [(str(license), back)])
    initial = {"username": license.username, "access_role": license.access_role, "can_write": license.can_write}

    def act(data: dict[str, Any]) -> tuple[str, str]:
        licenses.change_license(license_id=pk, by=request.user, **data)
        return back, "The changes are saved."

    return answer_sent(request, forms_people.LicenseChangeForm(request.POST or None, initial=initial), about, act)


@page("prove_account_state")
def license_observe(request: Any, pk: UUID) -> HttpResponseBase:
    """Record by hand how the account looks in the HMIS."""
    license = License.objects.visible_to(request.user).select_related("person", "organization").get(pk=pk)
    back = license.get_absolute_url()
    line = "Look at the account in the HMIS first. Tasks that this proves are closed."
    about = FormPage("Record how the account looks", "Record", back, line, [(str(license), back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        accounts.observe_account(license_id=pk, by=request.user, **data)
        return back, "The account is recorded as you saw it."

    return answer_sent(request, forms_people.ObservationForm(request.POST or None), about, act)
