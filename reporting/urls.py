from django.urls import path, register_converter

from reporting import views, views_schedules


class FormatConverter:
    """The kinds of file a report has."""

    regex = "pdf|xlsx|zip"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormatConverter, "report_format")

app_name = "reporting"
urlpatterns = [
    path("reports/", views.report_list, name="report-list"),
    path("reports/new/", views.report_new, name="report-new"),
    path("reports/monthly/", views_schedules.schedule_list, name="schedule-list"),
    path("reports/monthly/new/", views_schedules.schedule_new, name="schedule-new"),
    path("reports/monthly/<uuid:pk>/", views_schedules.schedule_detail, name="schedule-detail"),
    path("reports/monthly/<uuid:pk>/edit/", views_schedules.schedule_edit, name="schedule-edit"),
    path("reports/monthly/<uuid:pk>/pause/", views_schedules.schedule_pause, name="schedule-pause"),
    path("reports/monthly/<uuid:pk>/resume/", views_schedules.schedule_resume, name="schedule-resume"),
    path("reports/monthly/<uuid:pk>/remove/", views_schedules.schedule_remove, name="schedule-remove"),
    path("reports/<uuid:pk>/", views.report_detail, name="report-detail"),
    path("reports/<uuid:pk>/progress/", views.report_progress, name="report-progress"),
    path("reports/<uuid:pk>/retry/", views.report_retry, name="report-retry"),
    path("reports/<uuid:pk>/<report_format:format>/", views.report_file, name="report-file"),
]
