"""Addresses of the directory, below an implementation."""

from django.urls import path

from hmislead.directory import urls_imports, urls_people
from hmislead.directory.models import Merge
from hmislead.directory.operations.projects import PARTS
from hmislead.directory.views import cocs, contacts, merges, organization_list, organizations, projects

app_name = "directory"

_agencies = [
    path("agencies/", organization_list.organization_list, name="organization-list"),
    path("agencies/add/", organizations.organization_add, name="organization-add"),
    path("agencies/<uuid:pk>/", organizations.organization_detail, name="organization-detail"),
    path("agencies/<uuid:pk>/edit/", organizations.organization_edit, name="organization-edit"),
    path("agencies/<uuid:pk>/close/", organizations.organization_close, name="organization-close"),
    path("agencies/<uuid:pk>/reopen/", organizations.organization_reopen, name="organization-reopen"),
    path("agencies/<uuid:pk>/access-only/", organizations.access_only, name="organization-access-only"),
    path("agencies/<uuid:pk>/roles/add/", organizations.role_add, name="role-add"),
    path("agencies/<uuid:pk>/cocs/add/", organizations.coc_join, name="participation-add"),
    path("agencies/<uuid:pk>/attestations/add/", organizations.attestation_add, name="attestation-add"),
    path("agencies/<uuid:pk>/projects/", projects.organization_projects, name="organization-projects"),
    path("agencies/<uuid:pk>/history/", organizations.organization_history, name="organization-history"),
    path("agencies/<uuid:pk>/contacts/", contacts.organization_contacts, name="organization-contacts"),
    path("agencies/<uuid:pk>/contacts/add/", contacts.contact_add, name="contact-add"),
    path("agencies/<uuid:pk>/contacts/affirm/", contacts.contacts_affirm_all, name="contacts-affirm-all"),
    path("agencies/<uuid:pk>/signatories/add/", contacts.signatory_add, name="signatory-add"),
    path("roles/<uuid:pk>/end/", organizations.role_end, name="role-end"),
    path("participations/<uuid:pk>/end/", organizations.coc_leave, name="participation-end"),
    path("contacts/<uuid:pk>/end/", contacts.contact_end, name="contact-end"),
    path("contacts/<uuid:pk>/affirm/", contacts.contact_affirm, name="contact-affirm"),
    path("signatories/<uuid:pk>/end/", contacts.signatory_end, name="signatory-end"),
]
_merges = [
    *(
        path(f"{place}/<uuid:pk>/merge/", merges.merge_choose, {"kind": kind}, name=f"{kind}-merge")
        for place, kind in (("agencies", Merge.Kind.ORGANIZATION.value), ("people", Merge.Kind.PERSON.value))
    ),
    *(
        path(
            f"{place}/<uuid:pk>/merge/<uuid:gone>/", merges.merge_preview, {"kind": kind}, name=f"{kind}-merge-preview"
        )
        for place, kind in (("agencies", Merge.Kind.ORGANIZATION.value), ("people", Merge.Kind.PERSON.value))
    ),
    path("merges/<uuid:pk>/undo/", merges.merge_undo, name="merge-undo"),
]
_cocs = [
    path("cocs/", cocs.coc_list, name="coc-list"),
    path("cocs/add/", cocs.coc_add, name="coc-add"),
    path("cocs/<uuid:pk>/", cocs.coc_detail, name="coc-detail"),
    path("cocs/<uuid:pk>/edit/", cocs.coc_edit, name="coc-edit"),
    path("cocs/<uuid:pk>/history/", cocs.coc_history, name="coc-history"),
    path("cocs/<uuid:pk>/bodies/add/", cocs.body_add, name="body-add"),
    path("cocs/<uuid:pk>/designations/add/", cocs.designation_add, name="designation-add"),
    path("cocs/<uuid:pk>/signatories/add/", cocs.coc_signatory_add, name="coc-signatory-add"),
    path("bodies/<uuid:pk>/edit/", cocs.body_edit, name="body-edit"),
    path("bodies/<uuid:pk>/members/add/", cocs.member_add, name="member-add"),
    path("members/<uuid:pk>/end/", cocs.member_end, name="member-end"),
    path("designations/<uuid:pk>/end/", cocs.designation_end, name="designation-end"),
    path("designations/<uuid:pk>/minutes/", cocs.designation_minutes, name="designation-minutes"),
]
_projects = [
    path("projects/", projects.project_list, name="project-list"),
    path("projects/add/", projects.project_add, name="project-add"),
    path("projects/<uuid:pk>/", projects.project_detail, name="project-detail"),
    path("projects/<uuid:pk>/edit/", projects.project_edit, name="project-edit"),
    path("projects/<uuid:pk>/end/", projects.project_end, name="project-end"),
    path("projects/<uuid:pk>/history/", projects.project_history, name="project-history"),
    *(path(f"projects/<uuid:pk>/{part}/add/", projects.part_add, {"part": part}, name=f"{part}-add") for part in PARTS),
    *(
        path(f"project-parts/{part}/<uuid:pk>/edit/", projects.part_edit, {"part": part}, name=f"{part}-edit")
        for part in PARTS
    ),
    *(
        path(f"project-parts/{part}/<uuid:pk>/remove/", projects.part_remove, {"part": part}, name=f"{part}-remove")
        for part in PARTS
    ),
]
urlpatterns = [*_agencies, *_merges, *_cocs, *_projects, *urls_people.urlpatterns, *urls_imports.urlpatterns]
