"""Public pages of cases: report a deviation, file a grievance, follow either by number and code. No sign-in, no names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hmislead.accounts.addresses import client_address, counted
from hmislead.directory.models import Organization
from hmislead.documents.models import Document, VersionEffect
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.form_pages import refuse
from policies.cases.models import Deviation, Grievance
from policies.cases.operations import deviations, grievances
from policies.cases.operations.common import hash_of
from policies.cases.public_forms import (
    FollowForm,
    PublicAppealForm,
    PublicGrievanceForm,
    PublicRateForm,
    PublicReportForm,
)
from policies.cases.words import WORDS
from policies.public import agencies, page_of, public_page
from policies.requirements import PUBLIC

HOUR = 3600
MOST_LOOKS = 30  # tries of a code from one address in an hour: a code cannot be guessed by trying


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("what")
@public_page
def deviation(request: Any) -> HttpResponse:
    """Report that a policy was not kept (GOV-29)."""
    today = settings.today()
    in_force = VersionEffect.objects.in_effect(today).filter(version__document=OuterRef("pk"))
    form = PublicReportForm(
        request.POST or None,
        language=request.shown_in,
        documents=Document.objects.filter(Exists(in_force), type__in=PUBLIC),
        organizations=_agencies(today),
    )
    return _answer_sent(request, "report", form, deviations.report_deviation)


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("what", "wanted")
@public_page
def grievance(request: Any) -> HttpResponse:
    """File a grievance (POL-33)."""
    organizations = _agencies(settings.today())
    form = PublicGrievanceForm(request.POST or None, language=request.shown_in, organizations=organizations)
    return _answer_sent(request, "grievance", form, grievances.file_grievance)


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("code", "what")
@public_page
def follow(request: Any) -> HttpResponse:
    """How a case stands, for who knows its number and its code; appeal and satisfaction of a grievance as well."""
    form = FollowForm(request.POST or None, language=request.shown_in)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "policies/cases/public_follow.html", {"form": form})
    if _too_many(request, "look", MOST_LOOKS):
        form.add_error(None, _words(request)["wait"])
        return _page(request, "policies/cases/public_follow.html", {"form": form})
    case = _find(**form.cleaned_data)
    if case is None:
        form.add_error(None, _words(request)["wrong"])
        return _page(request, "policies/cases/public_follow.html", {"form": form})
    return _show(request, case, form.cleaned_data)


def _show(request: Any, case: Deviation | Grievance, key: dict[str, str]) -> HttpResponse:
    done, appeal, rate = "", None, None
    if isinstance(case, Grievance):
        done, appeal, rate = _grievance_forms(request, case, key)
        case.refresh_from_db()
    shown = {
        "case": case,
        "state": _words(request)["states"][case.state],
        "outcome": _words(request)["outcomes"].get(getattr(case, "outcome", ""), ""),
        "done": done,
        "appeal": appeal,
        "rate": rate,
        "form": next((each for each in (appeal, rate) if each is not None and each.is_bound and each.errors), None),
    }
    return _page(request, "policies/cases/public_case.html", shown)


def _grievance_forms(request: Any, case: Grievance, key: dict[str, str]) -> tuple[str, Any, Any]:
    """What was done just now, and the forms the grievance offers next."""
    words, asked, language = _words(request), request.POST.get("do", ""), request.shown_in
    appeal = PublicAppealForm(request.POST if asked == "appeal" else None, language=language, initial=key)
    rate = PublicRateForm(request.POST if asked == "rate" else None, language=language, initial=key)
    done = ""
    if asked == "appeal" and _done(
        request, appeal, lambda data: grievances.appeal(grievance_id=case.pk, text=data["what"], code=key["code"])
    ):
        done = words["appealed"]
    if asked == "rate" and _done(
        request, rate, lambda data: grievances.rate(grievance_id=case.pk, satisfaction=data["rate"], code=key["code"])
    ):
        done = words["rated"]
    case.refresh_from_db()
    in_time = case.appeal_until is not None and settings.today() <= case.appeal_until
    may_appeal = case.state == Grievance.State.DECIDED and in_time
    may_rate = case.state in {Grievance.State.DECIDED, Grievance.State.CLOSED} and not case.satisfaction
    return done, appeal if may_appeal else None, rate if may_rate else None


def _answer_sent(request: Any, kind: str, form: forms.Form, send: Callable[..., Any]) -> HttpResponse:
    """The form; or, once sent, the number and the code. What was refused is shown again and kept nowhere."""
    shown = {
        "form": form,
        "kind": kind,
        "title": _words(request)[f"{kind}_title"],
        "line": _words(request)[f"{kind}_line"],
    }
    kept: list[Any] = []

    def act(data: dict[str, Any]) -> None:
        kept.extend(send(language=request.shown_in, **data))

    sent = request.method == "POST" and form.is_valid()
    if sent and _too_many(request, "sent", settings.value("cases.public_per_hour")):
        form.add_error(None, _words(request)["wait"])
    elif sent and _done(request, form, act):
        case, code = kept
        return _page(request, "policies/cases/public_sent.html", {**shown, "case": case, "code": code, "form": None})
    return _page(request, "policies/cases/public_form.html", shown)


def _done(request: Any, form: forms.Form, act: Callable[[dict[str, Any]], Any]) -> bool:
    """Run `act` with what a valid form holds; False, with the reasons at the form, when it was refused."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except DomainError as error:
        # Operations speak English: what they refuse on a page in Spanish is that a case has moved on meanwhile.
        form.add_error(None, error.message if request.shown_in == "en" else _words(request)["not_now"])
    except ValidationError as error:
        if request.shown_in == "es":
            for name in error.message_dict:
                field = name if name in form.fields else "what"
                form.add_error(field, WORDS["es"]["refused"].format(WORDS["es"]["no_names"]))
        else:
            refuse(form, error)
    return not form.errors


def _find(number: str, code: str) -> Deviation | Grievance | None:
    wanted = {"number": number.strip().upper(), "code_hash": hash_of(code)}
    return Deviation.objects.filter(**wanted).first() or Grievance.objects.filter(**wanted).first()


def _agencies(today: Any) -> Any:
    """The agencies that the public page names."""
    return Organization.objects.filter(name__in=agencies(today), merged_into=None)


def _too_many(request: Any, what: str, most: int) -> bool:
    """Counts by internet address and implementation. The address is kept for an hour, in the counter alone."""
    key = f"cases.{what}:{request.implementation.pk}:{client_address(request)}"
    return counted(key, HOUR) > most


def _words(request: Any) -> dict[str, Any]:
    return WORDS[request.shown_in]


def _page(request: Any, template: str, shown: dict[str, Any]) -> HttpResponse:
    form = shown.get("form")
    response = page_of(request, template, {"told": _words(request), **shown})
    if form is not None and form.is_bound and form.errors:
        response.status_code = 422
    return response
