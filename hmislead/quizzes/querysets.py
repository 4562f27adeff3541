"""What a user may know of quizzes. Right answers stay with who writes them, until an attempt is finished."""

from __future__ import annotations

from typing import Any

from django.db import models

from hmislead.access import scopes


class QuizQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Who sees every document sees every quiz and its answers."""
        return self if scopes.of(user).scopes("view_documents").everything else self.none()
