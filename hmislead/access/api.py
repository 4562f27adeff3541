"""The base of every tenant endpoint: same door as pages, same transaction, same roll-back."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from rest_framework.viewsets import GenericViewSet

from hmislead.access import scopes
from hmislead.access.pages import must_set_up_second_factor
from hmislead.accounts.models import Membership
from hmislead.tenancy import context
from hmislead.tenancy.models import Implementation
from hmislead.web import idempotency


class TenantViewSet(GenericViewSet):
    """Endpoints under `/api/v1/i/<slug>/`. `access` names the permission of every action (or those of which
    one is enough); `queryset` is never served as it stands: `visible_to` narrows it first."""

    access: ClassVar[dict[str, Any]] = {}
    lookup_value_converter = "uuid"
    ordering_fields: ClassVar[tuple[str, ...]] = ()  # columns that are never NULL: a cursor cannot pass a NULL
    never_kept: ClassVar[tuple[str, ...]] = ()  # actions whose answer holds a secret: no copy for the next time
    _attempt: idempotency.Attempt | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.implementation = Implementation.objects.defer("logo").filter(slug=kwargs.pop("slug", "")).first()
        if self.implementation is None:
            return self._answer(request, *args, **kwargs)
        with timezone.override(self.implementation.zone), context.use(self.implementation):
            response = self._answer(request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response

    def _answer(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response: Any = super().dispatch(request, *args, **kwargs)
        if hasattr(response, "render"):
            response.render()
        if self._attempt and response.status_code < 400:
            idempotency.keep(self._attempt, self.request, response)
        return response

    def handle_exception(self, error: Exception) -> Any:
        if isinstance(error, idempotency.Replayed):
            return error.response
        return super().handle_exception(error)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.perform_authentication(request)
        if request.user.is_authenticated:
            self._enter(request)
        super().initial(request, *args, **kwargs)
        self._attempt = None if self.action in self.never_kept else idempotency.begin(request)

    def _enter(self, request: Any) -> None:
        """Somebody who is no member, or whose token or session is for elsewhere, finds nothing here."""
        here = self.implementation
        if here is None or not Membership.objects.filter(user=request.user, implementation=here).exists():
            raise Http404
        token = request.auth
        only = str(token.implementation_id) if token else request._request.session.get("sso_implementation")
        if only and only != str(here.pk):
            raise Http404
        request.implementation = here
        request.access = scopes.of(request.user)
        if token is None and must_set_up_second_factor(request):
            raise PermissionDenied("Your role needs a second factor. Set it up under “Sign-in and security” first.")
        # Inside the context that the middleware opened; only here is a token's user known.
        pghistory.context(user=str(request.user.pk), source="api")

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.visible_to(self.request.user)
