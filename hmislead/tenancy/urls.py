"""Addresses of the settings and the operator's page."""

from django.urls import path

from hmislead.tenancy import views

app_name = "tenancy"
urlpatterns = [
    path("operator/", views.operator_page, name="operator"),
    path("operator/<uuid:pk>/", views.operator_implementation, name="operator-implementation"),
    path("i/<slug:slug>/logo/", views.implementation_logo, name="implementation-logo"),
    path("i/<slug:slug>/settings/", views.setting_list, name="setting-list"),
    path("i/<slug:slug>/settings/implementation/", views.implementation_edit, name="implementation-edit"),
    path("i/<slug:slug>/settings/state/", views.implementation_state, name="implementation-state"),
    path("i/<slug:slug>/settings/values/<str:key>/", views.setting_detail, name="setting-detail"),
    path("i/<slug:slug>/settings/withdraw/<uuid:pk>/", views.setting_withdraw, name="setting-withdraw"),
]
