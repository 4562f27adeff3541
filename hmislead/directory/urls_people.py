"""Addresses of people, licenses, departures and staff. `hmislead.directory.urls` takes them in."""

from django.urls import path

from hmislead.directory.views import departures, license_bulk, license_moves, licenses, people, staff

urlpatterns = [
    path("me/", people.me, name="me"),
    path("people/", people.person_list, name="person-list"),
    path("people/add/", people.person_create, name="person-create"),
    path("people/<uuid:pk>/", people.person_detail, name="person-detail"),
    path("people/<uuid:pk>/edit/", people.person_edit, name="person-edit"),
    path("people/<uuid:pk>/history/", people.person_history, name="person-history"),
    path("licenses/", licenses.license_list, name="license-list"),
    path("licenses/request/", licenses.license_request, name="license-request"),
    *(
        path(f"licenses/bulk/{step}/", license_bulk.license_bulk, {"step": step}, name=f"license-bulk-{step}")
        for step in license_bulk.STEPS
    ),
    path("licenses/<uuid:pk>/", licenses.license_detail, name="license-detail"),
    path("licenses/<uuid:pk>/history/", licenses.license_history, name="license-history"),
    path("licenses/<uuid:pk>/edit/", license_moves.license_edit, name="license-edit"),
    path("licenses/<uuid:pk>/observe/", license_moves.license_observe, name="license-observe"),
    path("licenses/<uuid:pk>/departure/", departures.license_departure, name="license-departure"),
    *(
        path(f"licenses/<uuid:pk>/{move}/", license_moves.license_move, {"move": move}, name=f"license-{move}")
        for move in license_moves.MOVES
        if move != "terminate"
    ),
    path("licenses/<uuid:pk>/terminate/", license_moves.license_terminate, name="license-terminate"),
    path("departures/", departures.departure_list, name="departure-list"),
    path("departures/report/", departures.departure_report, name="departure-report"),
    path("departures/<uuid:pk>/undo/", departures.departure_undo, name="departure-undo"),
    path("staff/", staff.staff_list, name="staff-list"),
    path("staff/add/", staff.staff_create, name="staff-create"),
    path("staff/<uuid:pk>/edit/", staff.staff_edit, name="staff-edit"),
    path("staff/<uuid:pk>/end/", staff.staff_end, name="staff-end"),
]
