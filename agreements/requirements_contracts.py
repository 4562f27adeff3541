"""The requirement about contracts and agreements with partners: none has run out unnoticed (MGT-37, MGT-38, MGT-41, MGT-42)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from agreements.models import Agreement
from hmislead.compliance.registry import Evaluation, Requirement, by_expiry, register
from hmislead.tenancy.models import Implementation
from hmislead.tenancy.settings import SettingDefinition
from hmislead.tenancy.settings import register as register_settings

# Those who owe one of the other types have a requirement of their own.
OTHERS = (Agreement.Type.COC_LEAD, Agreement.Type.PARTICIPATION, Agreement.Type.END_USER)
SOON, ASKED = "contracts.soon_days", "contracts.asked_days"


def contracts_current(evaluation: Evaluation) -> QuerySet[Any]:
    """Per implementation: the contract or partner agreement that ends first, of those that nothing renews.

    One that has ended is asked about for some days, by setting: then it counts as let go. Without any: not applicable.
    """
    day = evaluation.as_of
    contracts = Agreement.objects.exclude(type__in=OTHERS).filter(
        Q(terminated_on=None) | Q(terminated_on__gt=day), effective_on__lte=day
    )
    renewed = Agreement.objects.filter(Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on")), renews=OuterRef("pk"))
    ending = contracts.filter(ends_on__gte=day - dt.timedelta(days=evaluation.setting(ASKED)))
    first = ending.exclude(Exists(renewed)).order_by("ends_on").values("ends_on")[:1]
    found = Implementation.objects.annotate(
        covered=Exists(contracts.filter(Q(ends_on=None) | Q(ends_on__gte=day))),
        expires_on=Subquery(first, output_field=DateField()),
    )
    return by_expiry(found, evaluation, exists="covered", none="not_applicable", soon_days=evaluation.setting(SOON))


def contracts_of(slug: str, subject_id: UUID) -> str:
    """The agreements, those that end first on top."""
    return reverse("agreements:agreement-list", kwargs={"slug": slug}) + "?sort=ends_on"


def register_contract_requirement() -> None:
    """Called once, when the app is ready."""
    register_settings(
        SettingDefinition(
            SOON,
            "A contract is due for renewal",
            "Agreements",
            "integer",
            90,
            "Before its last day. For contracts and agreements with partners.",
            standards=("MGT-37", "MGT-38", "MGT-41", "MGT-42"),
            minimum=1,
            maximum=365,
            unit="days",
        ),
        SettingDefinition(
            ASKED,
            "A contract that has ended is asked about for",
            "Agreements",
            "integer",
            90,
            "Renew it, or record that it was terminated. After these days it counts as let go.",
            standards=("MGT-37", "MGT-38", "MGT-41", "MGT-42"),
            minimum=1,
            maximum=730,
            unit="days",
        ),
    )
    register(
        Requirement(
            code="contracts-current",
            title="Contracts and partner agreements renewed in time",
            subject="implementation",
            standards=("MGT-37", "MGT-38", "MGT-41", "MGT-42"),
            evaluate=contracts_current,
            link=contracts_of,
            fix="See the agreements",
            order=16,
            plain="The HMIS Lead's contracts",
        )
    )
