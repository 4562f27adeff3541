"""Webhooks in the settings: which systems listen, to what, and what was sent to them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hmislead.access.pages import page
from hmislead.audit.timeline import timeline
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import answer_form
from hmislead.web.listing import render_list
from hmislead.webhooks import delivery as sender
from hmislead.webhooks import events, operations, policy
from hmislead.webhooks.forms import ConfirmForm, EndpointForm
from hmislead.webhooks.lists import DELIVERIES, ENDPOINTS, address
from hmislead.webhooks.models import Delivery, Endpoint


@require_GET
@page("view_settings")
def endpoint_list(request: Any) -> HttpResponse:
    return render_list(request, ENDPOINTS, Endpoint.objects.visible_to(request.user))


@require_GET
@page("view_settings")
def endpoint_detail(request: Any, pk: UUID) -> HttpResponse:
    """What it is told of, and the last things it was told. Its whole address and history are for who may change it."""
    endpoint = get_object_or_404(Endpoint.objects.visible_to(request.user), pk=pk)
    may_manage = policy.can_manage(request.user)
    context = {
        "endpoint": endpoint,
        "events": [(code, events.label(code)) for code in endpoint.codes],
        "recent": endpoint.deliveries.all()[:10],
        "may_manage": may_manage and endpoint.state != Endpoint.State.REMOVED,
        "history": timeline([endpoint], by=request.user) if may_manage else None,
    }
    return render(request, "webhooks/endpoint_detail.html", context)


@require_http_methods(["GET", "POST"])
@page("manage_settings")
def endpoint_new(request: Any) -> HttpResponseBase:
    """Add a webhook. Its secret is on the answer to the form and nowhere else."""
    form = EndpointForm(request.POST or None)
    shown = FormPage(
        "Add a webhook", "Add webhook", address("endpoint-list"), "", [("Webhooks", address("endpoint-list"))]
    )
    if form.is_valid():
        try:
            made, secret = operations.add_endpoint(by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return render(request, "webhooks/secret_made.html", {"endpoint": made, "secret": secret})
    return answer_form(request, shown.template, {"form": form, "page": shown})


@require_http_methods(["GET", "POST"])
@page("manage_settings")
def endpoint_edit(request: Any, pk: UUID) -> HttpResponseBase:
    endpoint = get_object_or_404(Endpoint.objects.visible_to(request.user), pk=pk)
    shown = _form_page(endpoint, "Change this webhook", "Save changes", "What waits already goes to the new address.")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        operations.change_endpoint(endpoint_id=pk, by=request.user, **given)
        return shown.back, "Changes saved."

    initial = {"name": endpoint.name, "url": endpoint.url, "codes": endpoint.codes}
    return answer_sent(request, EndpointForm(request.POST or None, initial=initial), shown, act)


@require_POST
@page("manage_settings")
def endpoint_test(request: Any, pk: UUID) -> HttpResponse:
    """Send a test, and go to the page that says what became of it."""
    made = operations.send_test(endpoint_id=pk, by=request.user)
    messages.success(request, "The test is on its way. Reload this page in a few seconds.")
    return redirect(made)


@require_POST
@page("manage_settings")
def endpoint_pause(request: Any, pk: UUID) -> HttpResponse:
    endpoint = operations.pause_endpoint(endpoint_id=pk, by=request.user)
    messages.success(request, "Paused. What happens from now on is not told; what waits is kept.")
    return redirect(endpoint)


@require_POST
@page("manage_settings")
def endpoint_resume(request: Any, pk: UUID) -> HttpResponse:
    endpoint = operations.resume_endpoint(endpoint_id=pk, by=request.user)
    messages.success(request, "Active. What waited is sent now.")
    return redirect(endpoint)


@require_http_methods(["GET", "POST"])
@page("manage_settings")
def endpoint_secret(request: Any, pk: UUID) -> HttpResponse:
    """Ask first, then show the new secret once."""
    endpoint = get_object_or_404(Endpoint.objects.visible_to(request.user), pk=pk)
    hours = settings.value("webhooks.two_secrets_hours")
    line = f"Requests carry the signatures of both for {hours} hours, then that of the new one alone."
    shown = _form_page(endpoint, "Make a new secret", "Make a new secret", line)
    if request.method == "POST":
        made, secret = operations.renew_secret(endpoint_id=pk, by=request.user)
        return render(request, "webhooks/secret_made.html", {"endpoint": made, "secret": secret})
    return answer_form(request, shown.template, {"form": ConfirmForm(), "page": shown})


@require_http_methods(["GET", "POST"])
@page("manage_settings")
def endpoint_remove(request: Any, pk: UUID) -> HttpResponseBase:
    """Ask first: the secret is forgotten and what waits is cancelled."""
    endpoint = get_object_or_404(Endpoint.objects.visible_to(request.user), pk=pk)
    line = (
        "Nothing is sent to it any more, what waits is cancelled, and its secret is forgotten. This cannot be undone."
    )
    shown = _form_page(endpoint, f"Remove {endpoint}", "Remove webhook", line, danger=True)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        operations.remove_endpoint(endpoint_id=pk, by=request.user)
        return shown.back, "Removed. What was sent stays in the log."

    # No fields: what was sent may be empty, and is still an answer.
    return answer_sent(request, ConfirmForm(request.POST if request.method == "POST" else None), shown, act)


@require_GET
@page("view_settings")
def delivery_list(request: Any) -> HttpResponse:
    return render_list(request, DELIVERIES, Delivery.objects.visible_to(request.user).select_related("endpoint"))


@require_GET
@page("view_settings")
def delivery_detail(request: Any, pk: UUID) -> HttpResponse:
    """What was sent, word for word, and each try."""
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user).select_related("endpoint"), pk=pk)
    context = {
        "delivery": delivery,
        "label": events.label(delivery.event),
        "body": json.dumps(json.loads(sender.body_of(delivery)), indent=2),
        "tries": delivery.tries.all(),
        "may_send": policy.can_manage(request.user) and "waiting" in Delivery.NEXT[delivery.state],
    }
    return render(request, "webhooks/delivery_detail.html", context)


@require_POST
@page("manage_settings")
def delivery_again(request: Any, pk: UUID) -> HttpResponse:
    delivery = operations.send_again(delivery_id=pk, by=request.user)
    messages.success(request, "It is on its way again, under the same id.")
    return redirect(delivery)


def _form_page(endpoint: Endpoint, title: str, button: str, line: str, *, danger: bool = False) -> FormPage:
    back = endpoint.get_absolute_url()
    crumbs = [("Webhooks", address("endpoint-list")), (str(endpoint), back)]
    return FormPage(title, button, back, line=line, crumbs=crumbs, danger=danger)
