"""Thin Celery doors."""

from __future__ import annotations

from celery import shared_task

from reporting.operations import schedules


@shared_task(name="reporting.start_due_reports")
def start_due_reports() -> None:
    """Start the schedules whose day has come."""
    schedules.start_due_reports()
