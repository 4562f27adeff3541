from django.urls import path

from agreements.views import agreements as views
from agreements.views import packets, signing

app_name = "agreements"
urlpatterns = [
    path("agreements/", views.agreement_list, name="agreement-list"),
    path("agreements/new/", views.agreement_new, name="agreement-new"),
    path("agreements/new/<str:type>/", views.agreement_create, name="agreement-create"),
    path("agreements/of/<str:kind>/<uuid:pk>/", views.subject_agreements, name="subject-agreements"),
    path("agreements/<uuid:pk>/", views.agreement_detail, name="agreement-detail"),
    path("agreements/<uuid:pk>/edit/", views.agreement_edit, name="agreement-edit"),
    path("agreements/<uuid:pk>/end/", views.agreement_terminate, name="agreement-terminate"),
    path("agreements/<uuid:pk>/take-back-end/", views.agreement_undo_termination, name="agreement-undo-termination"),
    path("agreements/<uuid:pk>/paper/", views.agreement_paper, name="agreement-paper"),
    path("packets/", packets.packet_list, name="packet-list"),
    path("packets/<uuid:pk>/", packets.packet_detail, name="packet-detail"),
    path("sign/", signing.to_sign, name="to-sign"),
    path("sign/<uuid:pk>/", signing.sign, name="sign"),
    path("sign/<uuid:pk>/decline/", signing.decline, name="sign-decline"),
    path("sign/<uuid:pk>/pass-on/", signing.pass_on, name="sign-pass-on"),
]
