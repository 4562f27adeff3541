from django.urls import path

from agreements.views import agreements as views
from agreements.views import packet_drafts, packets, signing

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
    path("agreements/<uuid:pk>/amend/", packet_drafts.agreement_follow, {"how": "amend"}, name="agreement-amend"),
    path("agreements/<uuid:pk>/renew/", packet_drafts.agreement_follow, {"how": "renew"}, name="agreement-renew"),
    path("agreements/<uuid:pk>/paper/", views.agreement_paper, name="agreement-paper"),
    path("packets/", packets.packet_list, name="packet-list"),
    path("packets/new/", packet_drafts.packet_new, name="packet-new"),
    path("packets/new/<uuid:pk>/", packet_drafts.packet_create, name="packet-create"),
    path("packets/<uuid:pk>/", packets.packet_detail, name="packet-detail"),
    path("packets/<uuid:pk>/again/", packets.packet_again, name="packet-again"),
    path("packets/<uuid:pk>/edit/", packet_drafts.packet_edit, name="packet-edit"),
    path("packets/<uuid:pk>/remind/", packets.packet_remind, name="packet-remind"),
    path("packets/<uuid:pk>/review/", packet_drafts.packet_review, name="packet-review"),
    path("packets/<uuid:pk>/signers/", packet_drafts.packet_signers, name="packet-signers"),
    path("packets/<uuid:pk>/withdraw/", packets.packet_withdraw, name="packet-withdraw"),
    path("packets/signers/<uuid:pk>/paper/", packets.signer_paper, name="signer-paper"),
    path("packets/signers/<uuid:pk>/replace/", packets.signer_replace, name="signer-replace"),
    path("sign/", signing.to_sign, name="to-sign"),
    path("sign/<uuid:pk>/", signing.sign, name="sign"),
    path("sign/<uuid:pk>/decline/", signing.decline, name="sign-decline"),
    path("sign/<uuid:pk>/pass-on/", signing.pass_on, name="sign-pass-on"),
]
