"""Error pages: what happened, what is safe, what to do. The API gets problem details instead."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render


def _answer(request: Any, status: int, title: str, template: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": title, "status": status}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    return render(request, template, status=status)


def forbidden(request: Any, exception: Exception) -> HttpResponse:
    return _answer(request, 403, "You may not do this.", "errors/403.html")


def not_found(request: Any, exception: Exception) -> HttpResponse:
    return _answer(request, 404, "There is nothing here for you.", "errors/404.html")


def not_a_page(request: Any) -> HttpResponse:
    return _answer(request, 405, "This address is for a button.", "errors/405.html")


def server_error(request: Any) -> HttpResponse:
    return _answer(
        request,
        500,
        "Something went wrong on our side. Nothing was changed.",
        "errors/500.html",
    )
