"""Addresses of roles, invitations and single sign-on."""

from django.urls import path

from hmislead.access import views

app_name = "access"
urlpatterns = [
    path("settings/people/", views.member_list, name="member-list"),
    path("settings/people/<uuid:pk>/", views.member_detail, name="member-detail"),
    path("settings/people/<uuid:pk>/remove/", views.member_remove, name="member-remove"),
    path("settings/roles/<uuid:pk>/end/", views.role_end, name="role-end"),
    path("settings/invitations/", views.invitation_list, name="invitation-list"),
    path("settings/invitations/new/", views.invitation_new, name="invitation-new"),
    path("settings/invitations/<uuid:pk>/", views.invitation_detail, name="invitation-detail"),
    path("settings/invitations/<uuid:pk>/resend/", views.invitation_resend, name="invitation-resend"),
    path("settings/invitations/<uuid:pk>/withdraw/", views.invitation_withdraw, name="invitation-withdraw"),
    path("settings/sign-in/", views.provider_edit, name="provider-edit"),
    path("settings/sign-in/remove/", views.provider_remove, name="provider-remove"),
]
