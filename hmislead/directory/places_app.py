"""What the directory's side of agencies, CoCs and projects registers at start-up."""

from __future__ import annotations

from hmislead.directory.operations.merges import register_resolvers
from hmislead.web import api_routes, navigation
from hmislead.web.navigation import NavItem


def register_places() -> None:
    """Called once, in `apps.py`."""
    register_resolvers()
    navigation.register(
        NavItem("Agencies", 10, "Agencies", "directory:organization-list", "view_directory", "Your agency"),
        NavItem("Agencies", 20, "Projects", "directory:project-list", "view_directory"),
        NavItem("Agencies", 30, "CoCs", "directory:coc-list", "view_directory"),
    )
    for prefix, viewset in ENDPOINTS:
        api_routes.register(prefix, f"hmislead.directory.api.{viewset}")


ENDPOINTS = (
    ("organizations", "organizations.OrganizationViewSet"),
    ("organization-roles", "organizations.RoleViewSet"),
    ("participations", "organizations.ParticipationViewSet"),
    ("contacts", "contacts.ContactViewSet"),
    ("signatories", "contacts.SignatoryViewSet"),
    ("database-attestations", "organizations.AttestationViewSet"),
    ("merges", "merges.MergeViewSet"),
    ("cocs", "cocs.CoCViewSet"),
    ("governing-bodies", "cocs.BodyViewSet"),
    ("body-members", "cocs.MemberViewSet"),
    ("designations", "cocs.DesignationViewSet"),
    ("projects", "projects.ProjectViewSet"),
    ("project-locations", "projects.LocationViewSet"),
    ("funders", "projects.FunderViewSet"),
    ("inventory", "projects.InventoryViewSet"),
    ("hmis-participations", "projects.HMISParticipationViewSet"),
    ("ce-participations", "projects.CEParticipationViewSet"),
    ("affiliations", "affiliations.AffiliationViewSet"),
)
