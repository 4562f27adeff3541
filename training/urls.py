from django.urls import path

from training import views

app_name = "training"
urlpatterns = [
    path("training/mine/", views.my_training, name="my-training"),
    path("training/certify/", views.certify_myself, name="certify-myself"),
    path("training/certifications/", views.certification_list, name="certification-list"),
    path("training/certifications/<uuid:pk>/remove/", views.certification_remove, name="certification-remove"),
    path("training/completions/", views.completion_list, name="completion-list"),
    path("training/completions/<uuid:pk>/correct/", views.completion_correct, name="completion-correct"),
    path("training/completions/<uuid:pk>/remove/", views.completion_remove, name="completion-remove"),
    path("training/courses/", views.course_list, name="course-list"),
    path("training/courses/new/", views.course_create, name="course-create"),
    path("training/courses/<uuid:pk>/", views.course_detail, name="course-detail"),
    path("training/courses/<uuid:pk>/edit/", views.course_edit, name="course-edit"),
    path("training/courses/<uuid:pk>/record/", views.course_record, name="course-record"),
    path("training/courses/<uuid:pk>/retire/", views.course_retire, name="course-retire"),
    path("training/courses/<uuid:pk>/bring-back/", views.course_bring_back, name="course-bring-back"),
    path("training/people/<uuid:pk>/", views.person_training, name="person-training"),
    path("training/people/<uuid:pk>/record/", views.person_record, name="person-record"),
    path("training/people/<uuid:pk>/certify/", views.person_certify, name="person-certify"),
]
