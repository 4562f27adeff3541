"""What a shut gate does to an active license, by the setting `gate.action`: suspend it, or ask the Lead first."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from hmislead.access.scopes import ROBOT
from hmislead.compliance import gate, registry, task_operations
from hmislead.compliance.models import Gate, Task
from hmislead.directory.models import License
from hmislead.directory.operations import licenses
from hmislead.tenancy import context, settings


@transaction.atomic
def act_on_shut_gates() -> int:
    """Suspend, or ask about, every active license whose gate is shut. Returns how many were. For the night.

    In setup, and once closed, an implementation suspends nobody and asks nothing. A question whose gate has opened
    again is closed.
    """
    _withdraw_questions()
    if not context.current().suspends_and_mails:
        return 0
    suspends = settings.value("gate.action") == "suspend"
    asked = Task.objects.open().filter(license=OuterRef("pk"), kind=Task.Kind.DECIDE_SUSPENSION)
    shut = gate.shut_gates().annotate(is_asked=Exists(asked)).select_related("organization").order_by("pk")
    acted = 0
    for license in shut if suspends else shut.filter(is_asked=False):
        if suspends:
            licenses.suspend_license(license_id=license.pk, reason=_reason(license), by=ROBOT)
        else:
            task_operations.open_task(kind=Task.Kind.DECIDE_SUSPENSION, license=license, since=settings.today())
        acted += 1
    return acted


def _withdraw_questions() -> None:
    """Close questions about licenses whose gate is open again."""
    open_gates = Gate.objects.filter(license=OuterRef("pk"), is_open=True)
    questions = Task.objects.open().filter(license=OuterRef("pk"), kind=Task.Kind.DECIDE_SUSPENSION)
    for license in License.objects.filter(Exists(open_gates), Exists(questions)):
        task_operations.close_moot(license, [Task.Kind.DECIDE_SUSPENSION], "What was missing is there again")


def _reason(license: License) -> str:
    row = Gate.objects.get(license=license)
    titles = [
        registry.REQUIREMENTS[entry["requirement"]].title
        for entry in row.reasons
        if entry["requirement"] in registry.REQUIREMENTS
    ]
    return ("Failing: " + "; ".join(titles))[:300]
