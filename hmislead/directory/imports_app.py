"""What imports register at start-up: their jobs, their place in the navigation, their endpoints."""

from __future__ import annotations

from hmislead.directory.imports import operations
from hmislead.jobs.operations import Handler, register
from hmislead.web import api_routes, navigation
from hmislead.web.navigation import NavItem


def register_imports() -> None:
    """Called once, in `apps.py`."""
    register(Handler(operations.READ, queue="imports", step=operations.read_step, fail=operations.give_up))
    register(Handler(operations.APPLY, queue="imports", step=operations.apply_step, fail=operations.give_up))
    navigation.register(NavItem("Agencies", 40, "Imports", "directory:import-list", "import_data"))
    api_routes.register("imports", "hmislead.directory.api.imports.ImportViewSet")
    api_routes.register("import-changes", "hmislead.directory.api.imports.ImportChangeViewSet")
    api_routes.register("import-problems", "hmislead.directory.api.imports.ImportProblemViewSet")
