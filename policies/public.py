"""The public page of an implementation: policies in effect, older ones, agencies and forms. It holds no personal data."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from hmislead.access.pages import public
from hmislead.access.scopes import ROBOT
from hmislead.directory.models import Organization, OrganizationRole
from hmislead.directory.querysets import running
from hmislead.documents.models import PublishedCopy, VersionEffect
from hmislead.files.views import as_download
from hmislead.tenancy import context, settings
from hmislead.tenancy.models import Implementation
from policies.requirements import PUBLIC
from policies.words import WORDS

# Forms that other parts of this room offer: (name of the address, key of its words).
FORMS = (
    ("public_cases:deviation", "deviation"),
    ("public_cases:grievance", "grievance"),
    ("public_cases:follow", "follow"),
)
SHOWN = ("live", "transition")


def public_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of an implementation for anybody, while it is live and its public page is on; else it does not exist."""

    @functools.wraps(view)
    def door(request: Any, slug: str, **kwargs: Any) -> HttpResponseBase:
        implementation = Implementation.objects.defer("logo").filter(slug=slug, state__in=SHOWN).first()
        if implementation is None:
            raise Http404
        request.implementation = implementation
        request.shown_in = "es" if request.GET.get("lang") == "es" else "en"
        zone = timezone.override(implementation.zone)
        with zone, translation.override(request.shown_in), context.use(implementation):
            if not settings.value("policies.public_page"):
                raise Http404
            return view(request, **kwargs)

    return public(door)


@require_safe
@public_page
def index(request: Any) -> HttpResponse:
    """What is in effect, what was, the agencies that take part, and the forms."""
    today = settings.today()
    copies = list(_copies().defer("html").order_by("version__document__title", "-version__number", "language"))
    now = set(VersionEffect.objects.in_effect(today).values_list("version_id", flat=True))
    shown = _in_language([copy for copy in copies if copy.version_id in now], request.shown_in)
    older = _in_language([copy for copy in copies if copy.version_id not in now], request.shown_in)
    return page_of(request, "policies/public_index.html", {
        "current": [copy for copy in shown if copy.version.document.type != "privacy_notice"],
        "notices": [copy for copy in copies if copy.version_id in now and copy.version.document.type == "privacy_notice"],
        "older": older,
        "agencies": agencies(today),
        "forms": _forms(request),
    })  # fmt: skip


@require_safe
@public_page
def copy_page(request: Any, pk: UUID) -> HttpResponse:
    """The frozen text of one version in one language."""
    found = _copy(pk)
    in_force = VersionEffect.objects.in_effect(settings.today()).filter(version_id=found.version_id).exists()
    others = _copies().filter(version_id=found.version_id).exclude(pk=pk).defer("html")
    return page_of(request, "policies/public_copy.html", {"copy": found, "in_force": in_force, "others": others})


@require_safe
@public_page
def copy_pdf(request: Any, pk: UUID) -> HttpResponseBase:
    found = _copy(pk)
    if found.pdf is None:
        raise Http404
    response = as_download(found.pdf)
    # A frozen copy never changes: caches may keep it.
    response["Cache-Control"] = "public, max-age=3600"
    return response


def agencies(today: Any) -> list[str]:
    """Names of the agencies that take part today."""
    role = OrganizationRole.objects.filter(running(today), role=OrganizationRole.Role.CHO).values("organization")
    # Without the last condition an agency that never took part in a CoC would count as one that always did.
    taking_part = running(today, "participations__") & Q(participations__isnull=False)
    rows = Organization.objects.visible_to(ROBOT).filter(taking_part, pk__in=role)
    return list(rows.filter(merged_into=None).distinct().order_by("name").values_list("name", flat=True))


def _copies() -> Any:
    """Frozen copies of public documents that are or were in effect; what was retired unread is not among them."""
    return PublishedCopy.objects.filter(
        version__document__type__in=PUBLIC, version__state__in=("effective", "superseded")
    ).select_related("version__document", "pdf")


def _copy(pk: UUID) -> PublishedCopy:
    found: PublishedCopy | None = _copies().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _in_language(copies: list[PublishedCopy], language: str) -> list[PublishedCopy]:
    """One copy per version: in the language of the page, else in the one there is."""
    chosen: dict[Any, PublishedCopy] = {}
    for copy in copies:
        if copy.version_id not in chosen or copy.language == language:
            chosen[copy.version_id] = copy
    return list(chosen.values())


def _forms(request: Any) -> list[tuple[str, str]]:
    found = []
    for name, key in FORMS:
        try:
            url = reverse(name, kwargs={"slug": request.implementation.slug})
        except NoReverseMatch:
            continue  # this installation offers no such form
        found.append((WORDS[request.shown_in][key], f"{url}?lang={request.shown_in}"))
    return found


def page_of(request: Any, template: str, more: dict[str, Any]) -> HttpResponse:
    """A public page in its language, with the link to the other one."""
    other = "en" if request.shown_in == "es" else "es"
    shown = {
        "implementation": request.implementation,
        "words": WORDS[request.shown_in],
        "language": request.shown_in,
        "LANGUAGE_CODE": request.shown_in,
        "other_language": other,
        "other_url": f"{request.path}?lang={other}",
        **more,
    }
    response = render(request, template, shown)
    response["Content-Language"] = request.shown_in
    return response
