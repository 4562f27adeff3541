"""Webhooks: added, changed, paused, tested, given a new secret, removed. Pages and the API call these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from hmislead.accounts.sealing import seal
from hmislead.errors import DomainError, WrongState
from hmislead.tenancy import context, settings
from hmislead.webhooks import events, policy, reach, signing
from hmislead.webhooks.models import Delivery, Endpoint

MOST_ENDPOINTS = 20
NOT_YOURS = "Only an administrator of the HMIS Lead changes webhooks."


@transaction.atomic
def add_endpoint(*, name: str, url: str, codes: Iterable[str], by: Any) -> tuple[Endpoint, str]:
    """Tell the system at `url` (https) of the events `codes` from now on.

    Returns the endpoint and the secret that signs what it gets, which is never shown again. Raises DomainError for an
    address that can never be called, no event or an unknown one, a name that is taken, or too many endpoints.
    """
    _require_manager(by)
    wanted = _checked(name, url, codes)
    if Endpoint.objects.exclude(state=Endpoint.State.REMOVED).count() >= MOST_ENDPOINTS:
        raise DomainError(f"There are {MOST_ENDPOINTS} webhooks. Remove one that is no longer needed first.")
    secret = signing.new_secret()
    made = Endpoint.objects.create(
        name=name.strip(),
        url=url,
        codes=wanted,
        sealed_secret=seal(secret),
        created_by=by if getattr(by, "pk", None) else None,
    )
    return made, secret


@transaction.atomic
def change_endpoint(*, endpoint_id: UUID, name: str, url: str, codes: Iterable[str], by: Any) -> Endpoint:
    """Change name, address and events. What waits already goes to the new address. Raises as `add_endpoint`."""
    endpoint = _locked(endpoint_id, by)
    _refuse_removed(endpoint)
    wanted = _checked(name, url, codes, but=endpoint)
    endpoint.name, endpoint.url, endpoint.codes = name.strip(), url, wanted
    endpoint.save(update_fields=["name", "url", "codes", "updated_at"])
    return endpoint


@transaction.atomic
def pause_endpoint(*, endpoint_id: UUID, by: Any) -> Endpoint:
    """Send nothing for now. What happens meanwhile is not told later; what waits already is, once it is on again."""
    endpoint = _locked(endpoint_id, by)
    endpoint.become(Endpoint.State.PAUSED)
    return endpoint


@transaction.atomic
def resume_endpoint(*, endpoint_id: UUID, by: Any) -> Endpoint:
    """Send again to an endpoint that was paused or turned off, what waited first."""
    endpoint = _locked(endpoint_id, by)
    endpoint.become(Endpoint.State.ACTIVE, failures=0)
    events.offer(endpoint.deliveries.filter(state=Delivery.State.WAITING))
    return endpoint


@transaction.atomic
def remove_endpoint(*, endpoint_id: UUID, by: Any) -> Endpoint:
    """Stop for good and forget the secret. What was sent stays in the log as long as the settings say."""
    endpoint = _locked(endpoint_id, by)
    endpoint.become(Endpoint.State.REMOVED, sealed_secret="", sealed_previous="", previous_until=None)
    waiting = endpoint.deliveries.filter(state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.CANCELLED, next_at=None)
    return endpoint


@transaction.atomic
def renew_secret(*, endpoint_id: UUID, by: Any) -> tuple[Endpoint, str]:
    """Make a new secret; the one before signs beside it for as many hours as the settings say.

    Returns the endpoint and the new secret, which is never shown again.
    """
    endpoint = _locked(endpoint_id, by)
    _refuse_removed(endpoint)
    secret = signing.new_secret()
    hours = settings.value("webhooks.two_secrets_hours")
    endpoint.sealed_previous, endpoint.sealed_secret = endpoint.sealed_secret if hours else "", seal(secret)
    endpoint.previous_until = timezone.now() + dt.timedelta(hours=hours)
    endpoint.save(update_fields=["sealed_previous", "sealed_secret", "previous_until", "updated_at"])
    return endpoint, secret


@transaction.atomic
def send_test(*, endpoint_id: UUID, by: Any) -> Delivery:
    """Send an event that says nothing, once, whether the endpoint is on or not."""
    endpoint = _locked(endpoint_id, by)
    _refuse_removed(endpoint)
    subject = events.Subject("webhook", endpoint.pk)
    (made,) = events.queue([endpoint], events.TEST, [(subject, {})], is_test=True)
    return made


@transaction.atomic
def send_again(*, delivery_id: UUID, by: Any) -> Delivery:
    """Send what failed, or arrived and was lost there, once more under the same id. Raises WrongState."""
    found = Delivery.objects.visible_to(by).select_for_update(of=("self",)).select_related("endpoint")
    delivery: Delivery = found.get(pk=delivery_id)
    _require_manager(by)
    if Delivery.State.WAITING not in Delivery.NEXT[delivery.state]:
        raise WrongState(delivery, Delivery.State.WAITING.label)
    if not (delivery.endpoint.is_listening or delivery.is_test):
        raise DomainError("Its webhook is not active. Turn that on first; what waits is then sent.")
    _refuse_removed(delivery.endpoint)
    delivery.become(Delivery.State.WAITING, attempts=0, trouble="", next_at=timezone.now(), delivered_at=None)
    events.offer([delivery])
    return delivery


def after_night(run: Any) -> None:
    """Forget what was sent long ago, and secrets whose time beside the new one is over."""
    now = timezone.now()
    before = now - dt.timedelta(days=settings.value("webhooks.keep_days"))
    Delivery.objects.filter(created_at__lt=before).exclude(state=Delivery.State.WAITING).delete()
    Endpoint.objects.filter(previous_until__lt=now).update(sealed_previous="", previous_until=None)


def _checked(name: str, url: str, codes: Iterable[str], but: Endpoint | None = None) -> list[str]:
    """The events, in order. Raises DomainError for what cannot be."""
    wanted = sorted(set(codes))
    if not name.strip():
        raise DomainError("Give the webhook a name.")
    if not wanted or not set(wanted) <= {code for code, _ in events.choices()}:
        raise DomainError("Choose at least one event, of those that there are.")
    reach.require_address(url)
    same = Endpoint.objects.filter(name__iexact=name.strip()).exclude(state=Endpoint.State.REMOVED)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise DomainError("There is a webhook with this name already. Choose another name.")
    return wanted


def _locked(endpoint_id: UUID, by: Any) -> Endpoint:
    found = Endpoint.objects.visible_to(by).select_for_update(of=("self",))
    endpoint: Endpoint = found.get(pk=endpoint_id)
    _require_manager(by)
    return endpoint


def _require_manager(by: Any) -> None:
    if not policy.can_manage(by):
        raise PermissionDenied(NOT_YOURS)


def _refuse_removed(endpoint: Endpoint) -> None:
    if endpoint.state == Endpoint.State.REMOVED:
        raise DomainError(f"{endpoint} was removed from {context.current().name}. Add a new webhook instead.")
