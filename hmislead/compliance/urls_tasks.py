"""Addresses of tasks. `hmislead.compliance.urls` takes them in."""

from django.urls import path

from hmislead.compliance import views_tasks

urlpatterns = [
    path("tasks/", views_tasks.task_list, name="task-list"),
    path("tasks/<uuid:pk>/", views_tasks.task_detail, name="task-detail"),
    path("tasks/<uuid:pk>/prove/", views_tasks.task_prove, name="task-prove"),
]
