"""What a user may know of notices and mail: no imports of models."""

from __future__ import annotations

from typing import Any

from django.db import models

from hmislead.access import scopes


class OwnQuerySet(models.QuerySet[Any]):
    """Rows that belong to one user and to nobody else, whatever their role."""

    def visible_to(self, user: Any) -> Any:
        """The user's own rows, unless through a token that reaches nothing of their own; the system sees all."""
        access = scopes.of(user)
        if access.is_robot:
            return self
        return self.filter(user_id=access.user_id) if access.user_id and access.own else self.none()


class NoticeQuerySet(OwnQuerySet):
    def unread(self) -> Any:
        return self.filter(read_at=None)


class MessageQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """The message log, for whoever holds `view_messages` at the implementation; nobody else sees any of it."""
        return self if scopes.of(user).scopes("view_messages").everything else self.none()

    def logged(self) -> Any:
        """Without the drafts of a reminder that nobody has sent."""
        return self.exclude(state="draft")


class BulkSendQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Reminders to many, for whoever may send them or see the message log at the implementation."""
        access = scopes.of(user)
        allowed = access.scopes("send_notices").everything or access.scopes("view_messages").everything
        return self if allowed else self.none()


class ReminderQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Which reminders went out is bookkeeping: for whoever sees the message log."""
        return self if scopes.of(user).scopes("view_messages").everything else self.none()
