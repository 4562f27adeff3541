"""The Celery application: `celery -A hmislead.celery worker`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hmislead.settings")

app = Celery("hmislead")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
