"""Licenses whose gate is open: every blocking requirement is marked as not applying to them, by real rows."""

from __future__ import annotations

from hmislead.compliance import registry
from hmislead.compliance.engine import recheck
from hmislead.compliance.models import Waiver
from tests import factories


def open_gate(license):
    """Leave nothing that blocks this license."""
    subjects = {"license": license.pk, "person": license.person_id, "organization": license.organization_id}
    for code in registry.blocking():
        kind = registry.REQUIREMENTS[code].subject
        Waiver.objects.get_or_create(
            requirement=code,
            subject_kind=kind,
            subject_id=subjects[kind],
            kind="not_applicable",
            defaults={"reason": "A sample", "starts_on": factories.LONG_AGO},
        )
    recheck(licenses=[license.pk], people=[license.person_id], organizations=[license.organization_id])
    return license


def license_at(agency, **fields):
    """A license at an agency. Its account was never observed unless `fields` say otherwise."""
    fields.setdefault("activated_on", None if fields.get("state") in {"requested", "blocked"} else factories.LONG_AGO)
    if fields.get("state") == "terminated":
        fields.setdefault("terminated_on", factories.LONG_AGO)
    return factories.LicenseFactory(organization=agency, **fields)
