"""Addresses of the import pages, below `/i/<slug>/`."""

from django.urls import path

from hmislead.directory.views import imports

urlpatterns = [
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_upload, name="import-upload"),
    path("imports/<uuid:pk>/", imports.import_detail, name="import-detail"),
    path("imports/<uuid:pk>/problems/", imports.import_problems, name="import-problems"),
    path("imports/<uuid:pk>/progress/", imports.import_progress, name="import-progress"),
    path("imports/<uuid:pk>/columns/", imports.roster_mapping, name="roster-mapping"),
    path("imports/<uuid:pk>/agencies/", imports.roster_names, name="roster-names"),
    path("imports/<uuid:pk>/apply/", imports.import_apply, name="import-apply"),
    path("imports/<uuid:pk>/discard/", imports.import_discard, name="import-discard"),
    path("imports/<uuid:pk>/people/", imports.import_accept_people, name="import-accept-people"),
    path("imports/<uuid:pk>/apart/<uuid:change>/", imports.import_keep_apart, name="import-keep-apart"),
    path("imports/<uuid:pk>/accounts/<uuid:change>/", imports.import_accept_account, name="import-accept-account"),
]
