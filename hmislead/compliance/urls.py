from django.urls import include, path

from hmislead.compliance import views_grid, views_home, views_requirements, views_runs

app_name = "compliance"
urlpatterns = [
    path("", views_home.home, name="home"),
    path("compliance/", views_grid.overview, name="overview"),
    path("compliance/grid/", views_grid.grid_page, name="grid"),
    path("compliance/requirements/", views_requirements.requirement_list, name="requirement-list"),
    path("compliance/requirements/<slug:code>/", views_requirements.requirement_detail, name="requirement-detail"),
    path("compliance/changes/", views_requirements.change_list, name="change-list"),
    path("compliance/waivers/", views_requirements.waiver_list, name="waiver-list"),
    path("compliance/waivers/new/<uuid:pk>/", views_requirements.waiver_new, name="waiver-new"),
    path("compliance/waivers/<uuid:pk>/", views_requirements.waiver_detail, name="waiver-detail"),
    path("compliance/waivers/<uuid:pk>/withdraw/", views_requirements.waiver_withdraw, name="waiver-withdraw"),
    path("compliance/runs/", views_runs.run_list, name="run-list"),
    path("compliance/runs/start/", views_runs.run_start, name="run-start"),
    path("compliance/runs/<uuid:pk>/", views_runs.run_detail, name="run-detail"),
    path("compliance/runs/<uuid:pk>/progress/", views_runs.run_progress, name="run-progress"),
    path("", include("hmislead.compliance.urls_tasks")),
]
