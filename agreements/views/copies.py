"""The sealed copy of what was signed, for those who signed it: with a sign-in, or by a personal link and a code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agreements.models import SigningLink
from agreements.operations import copies, links
from agreements.page_words import about
from agreements.views.links import ask_for_code, closed, is_proved
from hmislead.access.pages import page, public
from hmislead.access.permissions import MEMBER
from hmislead.accounts.addresses import client_address
from hmislead.errors import DomainError
from hmislead.files.views import as_download
from hmislead.tenancy import context

COPY = SigningLink.Purpose.COPY


@require_safe
@page(MEMBER)
def packet_copy(request: Any, pk: UUID) -> FileResponse:
    """The sealed copy, for whoever may see the packet. 404 for a packet of others."""
    return as_download(copies.open_copy(packet_id=pk, by=request.user))


@public
@require_safe
def link_copy(request: Any, token: str) -> HttpResponse:
    """What was signed and where to download it, once the mailbox is proved; before that, nothing of the agreement."""
    try:
        found = links.find(token)
        with context.use(found.implementation), timezone.override(found.implementation.zone):
            candidate = links.opened(found, COPY).candidate
            if not is_proved(request, found):
                return ask_for_code(request, found, candidate, token)
            shown = {**about(candidate.signer.packet), "token": token}
            return render(request, "agreements/link_copy.html", shown)
    except DomainError as error:
        return closed(request, error)


@public
@require_safe
def link_copy_file(request: Any, token: str) -> HttpResponseBase:
    """The sealed copy itself, as a download. Without a proved mailbox it leads to the page that asks for the code."""
    try:
        found = links.find(token)
        with context.use(found.implementation):
            candidate = links.opened(found, COPY).candidate
            if not is_proved(request, found):
                return redirect("signing:copy", token=token)
            return as_download(copies.open_copy_by_link(candidate=candidate, address=client_address(request)))
    except DomainError as error:
        return closed(request, error)
