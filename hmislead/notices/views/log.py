"""The message log: what was mailed to whom, exactly, and what became of it."""

from __future__ import annotations

import uuid
from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from hmislead.access.pages import page
from hmislead.notices import mail, operations, registry
from hmislead.notices.lists import MESSAGES
from hmislead.notices.models import Message
from hmislead.web.listing import render_list


@require_GET
@page("view_messages")
def message_list(request: Any) -> HttpResponse:
    """Every message but the drafts of reminders."""
    logged = Message.objects.visible_to(request.user).logged().select_related("organization")
    return render_list(request, MESSAGES, logged.defer("text", "html", "items"))


@require_GET
@page("view_messages")
def message_detail(request: Any, pk: uuid.UUID) -> HttpResponse:
    """One message as it was or will be sent."""
    found = Message.objects.visible_to(request.user).logged().select_related("organization", "bulk", "person")
    message = get_object_or_404(found, pk=pk)
    may_send = request.access.scopes("send_notices").everything
    context = {
        "message": message,
        "type": registry.label(message.type),
        "may_cancel": may_send and "cancelled" in Message.NEXT[message.state],
        "may_resend": may_send and message.state in Message.MISSED and not registry.again(message.type),
        "again": registry.again(message.type),
    }
    return render(request, "notices/message_detail.html", context)


@require_GET
@page("view_messages")
def message_mail(request: Any, pk: uuid.UUID) -> HttpResponse:
    """The HTML of a message as a mail program shows it: in a sandbox, with its own style and nothing else."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    allowed = {"style-src": [mail.style_hash(message.html)], "sandbox": ["allow-top-navigation-by-user-activation"]}
    response = HttpResponse(message.html)
    csp_replace(allowed)(lambda _: response)(request)  # marks the response; the middleware writes the header
    return response


@require_POST
@page("send_notices")
def message_resend(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Send a message again that failed or came back."""
    message = operations.resend_message(message_id=pk, by=request.user)
    messages.success(request, "The message is on its way again. It leaves in business hours.")
    return redirect(message.get_absolute_url())


@require_POST
@page("send_notices")
def message_cancel(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Keep a waiting message from going out."""
    message = operations.cancel_message(message_id=pk, by=request.user)
    messages.success(request, "The message will not be sent.")
    return redirect(message.get_absolute_url())
