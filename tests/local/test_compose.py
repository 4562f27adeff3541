"""docker-compose.yml agrees with the settings it serves, and holds no secret."""

import re

import pytest
import yaml
from django.conf import settings

from hmislead.local.state import ROOT
from hmislead.local.supervisor import QUEUES


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def queues_of(service):
    command = service.get("command", [])
    return command[command.index("--queues") + 1].split(",") if "--queues" in command else []


def routed_queues():
    return {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}


def test_every_queue_is_served_by_exactly_one_kind_of_worker(compose):
    served = [queue for service in compose["services"].values() for queue in queues_of(service)]
    assert sorted(served) == sorted(QUEUES.split(","))
    assert routed_queues() <= set(served)


def test_every_service_that_stays_has_a_health_check(compose):
    without = [name for name, service in compose["services"].items() if "healthcheck" not in service]
    assert without == ["migrate"]


def test_every_variable_that_must_be_set_is_in_the_example_and_has_no_value_there():
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M))
    needed = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert needed <= set(example)
    secret = {name for name in example if "PASSWORD" in name or "KEY" in name}
    assert {name: example[name] for name in secret} == dict.fromkeys(secret, "")


def test_secrets_come_from_outside_only(compose):
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD|_URL", name):
                assert "${" in value, f"{name} holds a value of its own"


def test_files_outlive_their_container(compose):
    product = [service for service in compose["services"].values() if service.get("image") == "hmislead"]
    assert len(product) == 5
    assert all(service["volumes"] == ["files:/state/files"] for service in product)
