"""One verb for many rows: each on its own, so that one refusal keeps nothing else from being done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory.models import License
from hmislead.directory.operations import licenses
from hmislead.errors import DomainError
from hmislead.notices import events
from hmislead.tenancy import settings


@dataclass
class BulkResult:
    """What was done, and what was refused with the sentence why."""

    done: list[License] = field(default_factory=list)
    refused: list[tuple[License, str]] = field(default_factory=list)


def suspend_licenses(*, license_ids: Iterable[UUID], reason: str, by: Any) -> BulkResult:
    """Suspend each of these licenses that may be suspended."""
    return _each(licenses.suspend_license, license_ids, by, reason=reason)


def terminate_licenses(*, license_ids: Iterable[UUID], reason: str, by: Any) -> BulkResult:
    """Terminate each of these licenses that may be terminated."""
    return _each(licenses.terminate_license, license_ids, by, reason=reason)


def activate_licenses(*, license_ids: Iterable[UUID], by: Any) -> BulkResult:
    """Activate each of these licenses whose gate is open."""
    return _each(licenses.activate_license, license_ids, by)


def reactivate_licenses(*, license_ids: Iterable[UUID], by: Any) -> BulkResult:
    """Reactivate each of these suspended licenses whose gate is open."""
    return _each(licenses.reactivate_license, license_ids, by)


@transaction.atomic
def _each(operation: Callable[..., License], license_ids: Iterable[UUID], by: Any, **arguments: str) -> BulkResult:
    result, ids = BulkResult(), list(license_ids)
    recheck(licenses=ids)
    # In the order of their keys, so that two bulk actions at once wait for each other instead of blocking each other.
    for license in (
        License.objects.visible_to(by).filter(pk__in=ids).select_related("person", "organization").order_by("pk")
    ):
        try:
            with transaction.atomic():
                result.done.append(operation(license_id=license.pk, by=by, check=False, **arguments))
        except DomainError as error:
            result.refused.append((license, error.message))
        except PermissionDenied as error:
            result.refused.append((license, str(error)))
    recheck(licenses=[license.pk for license in result.done])
    events.licenses_moved(result.done, on=settings.today(), by=by)
    return result
