from django.urls import path

from policies.cases.views import deviations, grievances, ladder, sanctions

app_name = "cases"
urlpatterns = [
    path("cases/", deviations.mine, name="mine"),
    path("cases/deviations/", deviations.deviation_list, name="deviation-list"),
    path("cases/deviations/new/", deviations.deviation_new, name="deviation-new"),
    path("cases/deviations/<uuid:pk>/", deviations.deviation_detail, name="deviation-detail"),
    path("cases/deviations/<uuid:pk>/<slug:move>/", deviations.deviation_move, name="deviation-move"),
    path("cases/sanctions/", sanctions.sanction_list, name="sanction-list"),
    path("cases/sanctions/new/", sanctions.sanction_propose, name="sanction-propose"),
    path("cases/sanctions/<uuid:pk>/", sanctions.sanction_detail, name="sanction-detail"),
    path("cases/sanctions/<uuid:pk>/appeal/", sanctions.sanction_appeal, name="sanction-appeal"),
    path("cases/sanctions/<uuid:pk>/<slug:move>/", sanctions.sanction_move, name="sanction-move"),
    path("cases/licenses/<uuid:pk>/", sanctions.license_sanctions, name="license-sanctions"),
    path("cases/grievances/", grievances.grievance_list, name="grievance-list"),
    path("cases/grievances/new/", grievances.grievance_new, name="grievance-new"),
    path("cases/grievances/<uuid:pk>/", grievances.grievance_detail, name="grievance-detail"),
    path("cases/grievances/<uuid:pk>/appeal/", grievances.grievance_appeal, name="grievance-appeal"),
    path("cases/grievances/<uuid:pk>/rate/", grievances.grievance_rate, name="grievance-rate"),
    path("cases/grievances/<uuid:pk>/<slug:move>/", grievances.grievance_move, name="grievance-move"),
    path("cases/ladder/", ladder.ladder_list, name="ladder"),
    path("cases/ladder/start/", ladder.ladder_start, name="ladder-start"),
    path("cases/ladder/classes/", ladder.class_list, name="class-list"),
    path("cases/ladder/classes/new/", ladder.class_new, name="class-new"),
    path("cases/ladder/classes/<uuid:pk>/", ladder.class_edit, name="class-edit"),
    path("cases/ladder/classes/<uuid:pk>/retire/", ladder.class_retire, name="class-retire"),
    path("cases/ladder/steps/new/", ladder.step_new, name="step-new"),
    path("cases/ladder/steps/<uuid:pk>/", ladder.step_edit, name="step-edit"),
    path("cases/ladder/steps/<uuid:pk>/end/", ladder.step_end, name="step-end"),
]
