"""A request's id, and one log line for it without personal data."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpResponse

from hmislead.web import metrics

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
