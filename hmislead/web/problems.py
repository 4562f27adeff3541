"""What went wrong, as RFC 9457 problem details: a status, a sentence, and for a refused body the errors by field."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from hmislead.errors import DomainError

CONTENT_TYPE = "application/problem+json"
UNIQUE_VIOLATION = "23505"
WHOLE = "non_field_errors"
TOO_LARGE = "The body is too large. Nothing was changed; send less at once."


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None for what nobody foresaw: that is a 500, and is logged."""
    set_rollback()
    known = _as_api_error(error)
    if known is None:
        return None
    detail, errors = _explained(known)
    return answer(known.status_code, detail, errors, headers=_headers(known))


def answer(
    status: int, detail: str, errors: dict[str, list[str]] | None = None, headers: dict[str, str] | None = None
) -> Response:
    """A response that says what went wrong."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def _as_api_error(error: Exception) -> exceptions.APIException | None:
    """The error in DRF's words, or None."""
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, DomainError):
        return _with_status(error.status, error.message)
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return exceptions.NotFound("There is nothing here for you.")
    if isinstance(error, RequestDataTooBig):
        return _with_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(*error.args[:1])
    if isinstance(error, DjangoValidationError):
        return exceptions.ValidationError(_by_field(error))
    if isinstance(error, IntegrityError):
        return _conflict(error)
    return None


def _conflict(error: IntegrityError) -> exceptions.APIException | None:
    """Two requests at once, or a record that others still need: 409. Any other broken constraint is our own mistake."""
    if isinstance(error, ProtectedError):
        text = "Other records still point to this one. Nothing was changed."
    elif getattr(error.__cause__, "sqlstate", "") == UNIQUE_VIOLATION:
        text = "Somebody has just recorded the same. Nothing was changed; read it again first."
    else:
        return None
    return _with_status(HTTPStatus.CONFLICT, text)


def _with_status(status: int, text: str) -> exceptions.APIException:
    known = exceptions.APIException(text)
    known.status_code = status
    return known


def _by_field(error: DjangoValidationError) -> dict[str, list[str]]:
    if not hasattr(error, "error_dict"):
        return {WHOLE: error.messages}
    return {(WHOLE if name == NON_FIELD_ERRORS else name): found for name, found in error.message_dict.items()}


def _explained(error: exceptions.APIException) -> tuple[str, dict[str, list[str]]]:
    """The sentence, and the messages by field (`contacts.0.email`)."""
    if isinstance(error, exceptions.ValidationError):
        errors: dict[str, list[str]] = {}
        for path, message in _flat(error.detail, ""):
            errors.setdefault(path or WHOLE, []).append(message)
        return "Some of what was sent is not right. Nothing was changed.", errors
    if isinstance(error, exceptions.Throttled):
        return "Too many requests. Wait as many seconds as Retry-After says, then try again.", {}
    return str(error.detail), {}


def _flat(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            # A list of words is about one place; a list of lists or dicts is about its members.
            nested = isinstance(inner, dict | list)
            yield from _flat(inner, (f"{path}.{index}" if path else str(index)) if nested else path)
    else:
        yield path, str(detail)


def _headers(error: Any) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, round(error.wait)))
    return headers
