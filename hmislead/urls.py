"""The URL table. Rooms add their pages below `/i/<slug>/` and their endpoints below `/api/v1/i/<slug>/`."""

from django.urls import include, path

from hmislead.web import health, metrics

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("", include("hmislead.accounts.urls")),
    path("", include("hmislead.notices.webhooks")),
    path("", include("hmislead.tenancy.urls")),
    path("i/<slug:slug>/", include("agreements.urls")),
    path("sign/", include("agreements.signing_urls")),
    path("", include("hmislead.seals.public_urls")),
    path("i/<slug:slug>/", include("hmislead.seals.urls")),
    path("i/<slug:slug>/", include("hmislead.access.urls")),
    path("i/<slug:slug>/", include("hmislead.catalogue.urls")),
    path("i/<slug:slug>/", include("hmislead.compliance.urls")),
    path("i/<slug:slug>/", include("hmislead.directory.urls")),
    path("i/<slug:slug>/", include("hmislead.documents.approval_urls")),
    path("i/<slug:slug>/", include("hmislead.documents.urls")),
    path("i/<slug:slug>/", include("hmislead.notices.urls")),
    path("i/<slug:slug>/", include("hmislead.opening.urls")),
    path("i/<slug:slug>/", include("hmislead.quizzes.urls")),
    path("i/<slug:slug>/", include("hmislead.webhooks.urls")),
    path("i/<slug:slug>/", include("policies.urls")),
    path("i/<slug:slug>/", include("policies.cases.urls")),
    path("p/<slug:slug>/", include("policies.public_urls")),
    path("p/<slug:slug>/", include("policies.cases.public_urls")),
    path("i/<slug:slug>/", include("reporting.urls")),
    path("i/<slug:slug>/", include("training.urls")),
    path("i/<slug:slug>/views/", include("hmislead.web.saved_view_pages")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("hmislead.api")),
    path("i/<slug:slug>/", include("hmislead.files.urls")),
]
handler403 = "hmislead.web.errors.forbidden"
handler404 = "hmislead.web.errors.not_found"
handler500 = "hmislead.web.errors.server_error"
