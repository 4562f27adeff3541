"""A request's id, one log line for it without personal data, and who may keep its answer."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpResponse, HttpResponseNotAllowed

from hmislead.access.middleware import declared_access
from hmislead.web import errors, metrics

log = structlog.get_logger("hmislead.request")


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.request_id = uuid.uuid4().hex
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(request=request.request_id):
            response = self.get_response(request)
            match = request.resolver_match
            implementation = getattr(request, "implementation", None)
            seconds = time.monotonic() - started
            metrics.observe(match, request.method, response.status_code, seconds)
            log.info(
                "request",
                method=request.method,
                # The route, not the path: links carry secrets and ids.
                route=match.route if match else "",
                status=response.status_code,
                implementation=implementation.slug if implementation else None,
                milliseconds=round(seconds * 1000),
            )
        response["X-Request-ID"] = request.request_id
        return response


class PrivateAnswersMiddleware:
    """What is meant for one person is kept by no cache, and not by the browser either.

    After signing out, Back asks us again and leads to the sign-in page. That holds for each answer behind a door, for
    each to a signed-in person, for what a personal link opens, and for errors. A public page keeps what it says itself.
    """

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        response = self.get_response(request)
        if _is_for_one(request, response):
            response["Cache-Control"] = "private, no-store"
        return response


# What the address of a personal link calls the part that nobody can guess: whoever holds it needs no sign-in.
SECRETS = frozenset({"secret", "token"})


def _is_for_one(request: Any, response: HttpResponse) -> bool:
    match = request.resolver_match
    if match is None or response.status_code >= 400:
        return True
    if declared_access(match.func) != "public" or SECRETS & match.kwargs.keys():
        return True
    # A public page may carry a message for who is signed in; a file that says it is public is the same for everybody.
    return request.user.is_authenticated and "public" not in response.get("Cache-Control", "")


class ButtonAddressMiddleware:
    """The address of a button, opened as a page, says what it is.

    It happens to whoever goes there from the history of their browser. Django's own answer is an empty one, for which
    each browser shows a page of its own.
    """

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET" and not response.content:
            page = errors.not_a_page(request)
            page["Allow"] = response["Allow"]
            return page
        return response
