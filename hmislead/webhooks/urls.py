from django.urls import path

from hmislead.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("settings/webhooks/", views.endpoint_list, name="endpoint-list"),
    path("settings/webhooks/new/", views.endpoint_new, name="endpoint-new"),
    path("settings/webhooks/sent/", views.delivery_list, name="delivery-list"),
    path("settings/webhooks/sent/<uuid:pk>/", views.delivery_detail, name="delivery-detail"),
    path("settings/webhooks/sent/<uuid:pk>/again/", views.delivery_again, name="delivery-again"),
    path("settings/webhooks/<uuid:pk>/", views.endpoint_detail, name="endpoint-detail"),
    path("settings/webhooks/<uuid:pk>/edit/", views.endpoint_edit, name="endpoint-edit"),
    path("settings/webhooks/<uuid:pk>/test/", views.endpoint_test, name="endpoint-test"),
    path("settings/webhooks/<uuid:pk>/pause/", views.endpoint_pause, name="endpoint-pause"),
    path("settings/webhooks/<uuid:pk>/resume/", views.endpoint_resume, name="endpoint-resume"),
    path("settings/webhooks/<uuid:pk>/secret/", views.endpoint_secret, name="endpoint-secret"),
    path("settings/webhooks/<uuid:pk>/remove/", views.endpoint_remove, name="endpoint-remove"),
]
