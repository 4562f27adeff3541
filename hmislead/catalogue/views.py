"""Pages of the Standards."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.catalogue.lists import STANDARDS, proving
from hmislead.catalogue.models import Standard
from hmislead.web.listing import render_list


@page(MEMBER)
def standard_list(request: Any) -> HttpResponse:
    return render_list(request, STANDARDS, Standard.objects.visible_to(request.user))


@page(MEMBER)
def standard_detail(request: Any, pk: str) -> HttpResponse:
    """One statement, and what proves it here."""
    standard = get_object_or_404(Standard.objects.visible_to(request.user), pk=pk)
    beside = Standard.objects.visible_to(request.user)
    context = {
        "standard": standard,
        "requirements": proving(pk),
        "may_see_results": request.access.has("view_compliance"),
        "previous": beside.filter(position__lt=standard.position).last(),
        "following": beside.filter(position__gt=standard.position).first(),
    }
    return render(request, "catalogue/standard_detail.html", context)
