"""Writing down what became known of an account in the HMIS. No policy here: the operations that call it have asked."""

from __future__ import annotations

import datetime as dt

from hmislead.directory.models import Departure, License
from hmislead.directory.operations.days import local_day

SHUT = frozenset({License.AccountState.LOCKED, License.AccountState.INACTIVE, License.AccountState.MISSING})
GONE = frozenset({License.AccountState.INACTIVE, License.AccountState.MISSING})


def may_be_used(license: License) -> bool:
    """True unless the account is known to be shut, or never was: then something has to be done in the HMIS."""
    if license.account_state == License.AccountState.UNKNOWN:
        return license.activated_on is not None
    return license.account_state == License.AccountState.ACTIVE


def may_exist(license: License) -> bool:
    """True unless the account is known to be deactivated, or never was. A locked account can be unlocked."""
    return may_be_used(license) or license.account_state == License.AccountState.LOCKED


def record_account(
    license: License,
    account_state: str,
    observed_on: dt.date,
    last_sign_in_on: dt.date | None = None,
) -> bool:
    """Write what was seen on a day beside the license. Returns False when something newer is known already.

    A last sign-in only moves forward: what was seen once has happened.
    """
    taken = license.observed_on is None or observed_on >= license.observed_on
    if taken:
        license.account_state, license.observed_on = account_state, observed_on
    if last_sign_in_on and (license.last_sign_in_on is None or last_sign_in_on > license.last_sign_in_on):
        license.last_sign_in_on = last_sign_in_on
    license.save(update_fields=["account_state", "observed_on", "last_sign_in_on", "updated_at"])
    return taken


def prove_departure(license: License, *, at: dt.datetime, proof: str) -> Departure | None:
    """Stop the departure clock of a license at the moment its account was shut; None when no clock runs.

    What was seen before the day of the departure proves nothing about an account that was opened again since.
    """
    departure = (
        Departure.objects.select_for_update().filter(license=license, proved_at=None).exclude(license_was="").first()
    )
    if departure is None or local_day(at) < local_day(departure.departed_at):
        return None
    departure.proved_at, departure.proof = at, proof[:300]
    departure.save(update_fields=["proved_at", "proof", "updated_at"])
    return departure
