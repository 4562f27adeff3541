"""Thin Celery doors."""

from __future__ import annotations

from celery import shared_task

from hmislead.compliance import nights


@shared_task(name="compliance.start_due_nights")
def start_due_nights() -> None:
    """Start the nights whose time has come."""
    nights.start_due_nights()
