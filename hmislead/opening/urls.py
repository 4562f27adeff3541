from django.urls import path

from hmislead.opening import views

app_name = "opening"
urlpatterns = [
    path("load/<uuid:pk>/", views.sheet_detail, name="sheet-detail"),
    path("load/<uuid:pk>/apply/", views.sheet_apply, name="sheet-apply"),
    path("load/<uuid:pk>/discard/", views.sheet_discard, name="sheet-discard"),
    path("load/<str:kind>/", views.sheet_upload, name="sheet-upload"),
    path("load/<str:kind>/template.csv", views.sheet_template, name="sheet-template"),
]
