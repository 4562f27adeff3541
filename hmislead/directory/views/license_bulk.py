"""One step for many licenses: how many, why, and afterwards what was done and what was not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.directory import forms_people
from hmislead.directory.models import License
from hmislead.directory.operations import bulk
from hmislead.directory.views.licenses import LICENSES, for_list
from hmislead.directory.views.people import at
from hmislead.web.listing import selected
from hmislead.web.templatetags.web import count_of

MOST_AT_ONCE = 1000
SHOWN_REFUSALS = 10


@dataclass(frozen=True)
class BulkStep:
    title: str
    button: str
    form: type[forms.Form]
    act: Callable[..., bulk.BulkResult]
    done: str
    danger: bool = False


STEPS = {
    "activate": BulkStep("Activate", "Activate them", forms_people.ConfirmForm, bulk.activate_licenses, "activated"),
    "reactivate": BulkStep(
        "Reactivate", "Reactivate them", forms_people.ConfirmForm, bulk.reactivate_licenses, "reactivated"
    ),
    "suspend": BulkStep(
        "Suspend", "Suspend them", forms_people.BulkReasonForm, bulk.suspend_licenses, "suspended", danger=True
    ),
    "terminate": BulkStep(
        "End", "End them for good", forms_people.BulkReasonForm, bulk.terminate_licenses, "ended", danger=True
    ),
}


@require_POST
@page("manage_licenses")
def license_bulk(request: Any, step: str) -> HttpResponseBase:
    """First the question with the number of licenses, then, with `sure`, the step."""
    chosen = STEPS[step]
    ids = [row.pk for row in selected(request, LICENSES, for_list(License.objects.visible_to(request.user)))]
    if not ids or len(ids) > MOST_AT_ONCE:
        words = f"at most {MOST_AT_ONCE:,} licenses" if ids else "at least one license"
        messages.error(request, f"Choose {words}. Nothing was changed.")
        return redirect(at(request, "license-list"))
    sure = bool(request.POST.get("sure"))
    form = chosen.form(request.POST if sure else None)
    if sure and form.is_valid():
        _tell(request, chosen, chosen.act(license_ids=ids, by=request.user, **form.cleaned_data))
        return redirect(at(request, "license-list"))
    title = f"{chosen.title} {count_of(len(ids), 'license,licenses')}"
    context = {"form": form, "step": chosen, "ids": ids, "title": title, "back": at(request, "license-list")}
    return render(request, "directory/license_bulk.html", context, status=422 if sure else 200)


def _tell(request: Any, step: BulkStep, result: bulk.BulkResult) -> None:
    if result.done:
        messages.success(request, f"{count_of(len(result.done), 'license,licenses')} {step.done}.")
    for license, why in result.refused[:SHOWN_REFUSALS]:
        messages.warning(request, f"{license}: {why}")
    if len(result.refused) > SHOWN_REFUSALS:
        messages.warning(
            request, f"{len(result.refused) - SHOWN_REFUSALS} more were not {step.done}, for reasons like these."
        )
