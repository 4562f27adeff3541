from django.urls import path

from policies import views

app_name = "policies"
urlpatterns = [
    path("policies/mine/", views.my_policies, name="my-policies"),
    path("policies/people/<uuid:pk>/", views.person_policies, name="person-policies"),
    path("policies/read/<uuid:pk>/", views.read, name="read"),
    path("policies/read/<uuid:pk>/quiz/", views.quiz_start, name="quiz-start"),
    path("policies/changes/<uuid:pk>/", views.changes, name="changes"),
    path("policies/acknowledgements/", views.acknowledgement_list, name="acknowledgement-list"),
    path("policies/status/", views.status_list, name="status-list"),
    path("policies/status/remind/", views.status_remind, name="status-remind"),
    path("policies/rules/", views.setting_list, name="setting-list"),
    path("policies/rules/new/", views.setting_new, name="setting-new"),
    path("policies/rules/<uuid:pk>/edit/", views.setting_edit, name="setting-edit"),
    path("policies/rules/<uuid:pk>/remove/", views.setting_remove, name="setting-remove"),
]
