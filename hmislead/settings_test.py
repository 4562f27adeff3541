"""Settings of the tests: those of the product, with what makes tests slow or mixes two of them up changed."""

import os

from hmislead.settings import *  # noqa: F403
from hmislead.settings import DATABASES, REDIS_URL

# The manifest needs `collectstatic`; the tests serve the sources.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# No pool: a connection that waits in one would keep the test database from being dropped.
DATABASES["default"]["OPTIONS"] = {}

# Tests in parallel share one Valkey: a database in it for each of them (0 is the product's).
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS_URL = f"{REDIS_URL.rpartition('/')[0]}/{1 + _worker}"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL
