"""Pages about campaigns: prepare, look over every mail, send, watch, remind, close."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from agreements import audiences, policy
from agreements.forms_campaigns import CampaignForm, CloseForm
from agreements.lists_packets import CAMPAIGNS, PACKETS, LaggardFilter
from agreements.models import Campaign
from agreements.operations import campaigns
from agreements.views.packet_drafts import DAYS_TO_SIGN, templates_for
from agreements.views.packets import at
from hmislead.access.pages import page
from hmislead.documents.models import DocumentVersion
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import Empty, render_list
from hmislead.web.templatetags.web import count_of

SUBJECTS_PER_PAGE = 25
LAGGARDS = replace(
    PACKETS,
    filterset=LaggardFilter,
    name="agreements.laggards",
    columns=[column for column in PACKETS.columns if column.key not in {"title"}],
    primary=None,
    empty=Empty("Nothing waits", "Nobody who got this campaign has still to sign."),
)


@page("view_documents")
def campaign_list(request: Any) -> HttpResponse:
    rows = Campaign.objects.visible_to(request.user).with_numbers()
    return render_list(request, CAMPAIGNS, rows)


@page("send_packets")
def campaign_new(request: Any) -> HttpResponse:
    """Which template goes to many? Only those in effect, of types that many sign."""
    found = [each for each in templates_for(request.user) if each.document.type in audiences.TYPES]
    rows = [(version, at(request, "agreements:campaign-create", pk=version.pk)) for version in found]
    return render(request, "agreements/campaign_new.html", {"rows": rows})


@page("send_packets")
def campaign_create(request: Any, pk: UUID) -> HttpResponseBase:
    version = get_object_or_404(DocumentVersion.objects.visible_to(request.user).select_related("document"), pk=pk)
    initial = {"deadline_on": settings.today() + dt.timedelta(days=DAYS_TO_SIGN)}
    form = CampaignForm(request.POST or None, by=request.user, version=version, initial=initial)
    list_url = at(request, "agreements:campaign-list")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        campaign = campaigns.create_campaign(version_id=version.pk, by=request.user, **form.values())
        return campaign.get_absolute_url(), "Prepared. Look over whom it goes to and every mail, then send it."

    form_page = FormPage(
        f"New campaign: {version}",
        "Go on to the review",
        list_url,
        "Nothing is sent before you have looked it over.",
        [("Campaigns", list_url)],
    )
    return answer_sent(request, form, form_page, act)


@page("view_documents")
def campaign_detail(request: Any, pk: UUID) -> HttpResponse:
    """How it stands, and who has still to sign."""
    campaign = _campaign(request, pk)
    context = {
        "campaign": campaign,
        "numbers": campaigns.numbers_of(campaign),
        "whom": dict(audiences.WHOM)[campaign.audience.get("whom", "all")],
        "may_send": policy.can_send(request.user),
    }
    rows = audiences.laggards(campaign).visible_to(request.user).for_list()
    return render_list(request, LAGGARDS, rows, "agreements/campaign_detail.html", context)


@page("send_packets")
def campaign_mails(request: Any, pk: UUID) -> HttpResponse:
    """Everybody it would go to, with every mail as it will be."""
    campaign = _campaign(request, pk)
    shown = Paginator(audiences.pending(campaign), SUBJECTS_PER_PAGE).get_page(request.GET.get("page"))
    rows = [(subject, *campaigns.mails_for(campaign, subject)) for subject in shown]
    return render(request, "agreements/campaign_mails.html", {"campaign": campaign, "rows": rows, "shown": shown})


@page("view_documents")
def campaign_progress(request: Any, pk: UUID) -> HttpResponse:
    """The progress bar alone, asked for by the page while workers send."""
    campaign = _campaign(request, pk)
    context = {"campaign": campaign, "numbers": campaigns.numbers_of(campaign)}
    return render(request, "agreements/_campaign_progress.html", context)


@require_POST
@page("send_packets")
def campaign_start(request: Any, pk: UUID) -> HttpResponse:
    campaign = campaigns.start_campaign(campaign_id=pk, by=request.user)
    messages.success(request, "It is being sent. You can leave this page; the sending goes on.")
    return redirect(campaign.get_absolute_url())


@require_POST
@page("send_packets")
def campaign_remind(request: Any, pk: UUID) -> HttpResponse:
    count = campaigns.remind_campaign(campaign_id=pk, by=request.user)
    messages.success(request, f"Reminders for {count_of(count, 'packet,packets')} are on their way.")
    return redirect(at(request, "agreements:campaign-detail", pk=pk))


@page("send_packets")
def campaign_close(request: Any, pk: UUID) -> HttpResponseBase:
    campaign = _campaign(request, pk)
    back = campaign.get_absolute_url()
    line = "No more reminders go out. A closed campaign stays closed."
    crumbs = [("Campaigns", at(request, "agreements:campaign-list")), (campaign.number, back)]

    def act(given: dict[str, Any]) -> tuple[str, str]:
        campaigns.close_campaign(campaign_id=pk, withdraw=given["withdraw"], by=request.user)
        return back, "The campaign is closed."

    form_page = FormPage("Close this campaign", "Close campaign", back, line, crumbs, danger=True)
    return answer_sent(request, CloseForm(request.POST if request.method == "POST" else None), form_page, act)


def _campaign(request: Any, pk: UUID) -> Campaign:
    campaign: Campaign = get_object_or_404(
        Campaign.objects.visible_to(request.user).select_related("version__document"), pk=pk
    )
    return campaign
