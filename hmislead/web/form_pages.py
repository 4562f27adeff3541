"""A page that is one form: show it, take what was sent to an operation, answer with a redirect or the reasons why not.

return answer_sent(request, form, FormPage("Suspend the license", "Suspend license", back), act)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from hmislead.errors import DomainError
from hmislead.web.forms import answer_form

Done = tuple[str, str]  # where to go next, and the sentence shown there


@dataclass(frozen=True)
class FormPage:
    """What stands around the form. `back` is the address of Cancel; `crumbs` are (label, address) above it.

    Raises ValueError without crumbs: a form says where it belongs.
    """

    title: str
    button: str
    back: str
    line: str = ""
    crumbs: list[tuple[str, str]] = field(default_factory=list)
    danger: bool = False
    template: str = "web/form_page.html"
    context: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.crumbs:
            raise ValueError(f"{self.title} has no way back above it.")


def answer_sent(
    request: Any, form: forms.BaseForm, page: FormPage, act: Callable[[dict[str, Any]], Done]
) -> HttpResponseBase:
    """Run `act` with what a valid form holds and go where it says; 422 with the form when it was refused.

    A DomainError becomes a sentence above the form, a ValidationError one at its field: nothing typed is lost.
    """
    if request.method == "POST" and form.is_valid():
        try:
            url, sentence = act(form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, sentence)
            return redirect(url)
    response: HttpResponse = answer_form(request, page.template, {**page.context, "form": form, "page": page})
    return response


def refuse(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what an operation found wrong at the fields of the form, and what has no field there above it."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, found in by_field.items():
        for each in found:
            form.add_error(name if name in form.fields else None, each)
