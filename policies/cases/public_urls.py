"""Public forms of an implementation: used without signing in."""

from django.urls import path

from policies.cases import public

app_name = "public_cases"
urlpatterns = [
    path("report/", public.deviation, name="deviation"),
    path("grievance/", public.grievance, name="grievance"),
    path("follow/", public.follow, name="follow"),
]
