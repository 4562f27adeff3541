"""Addresses of sign-in. They stand before allauth's own, and replace the three at which what a provider says arrives."""

from django.urls import path

from hmislead.accounts.views import address, invitations, own, sso, tokens

app_name = "accounts"
urlpatterns = [
    path("", own.home, name="home"),
    path("invitation/<str:secret>/", invitations.invitation, name="invitation"),
    path("accounts/security/", own.security, name="security"),
    path("accounts/address/", address.address_ask, name="address-ask"),
    path("accounts/address/<str:secret>/", address.address_confirm, name="address-confirm"),
    path("accounts/keep-alive/", own.keep_alive, name="keep-alive"),
    path("accounts/sessions/<int:pk>/end/", own.session_end, name="session-end"),
    path("accounts/linked/<int:pk>/remove/", own.link_end, name="link-end"),
    path("accounts/oidc/<str:provider_id>/login/callback/", sso.oidc_callback, name="oidc-callback"),
    path("accounts/saml/<str:organization_slug>/acs/finish/", sso.saml_finish, name="saml-finish"),
    path("accounts/saml/<str:organization_slug>/sls/", sso.saml_logout, name="saml-logout"),
    path("i/<slug:slug>/sign-in/", sso.sign_in, name="sign-in"),
    path("i/<slug:slug>/sign-in/start/", sso.start, name="sso-start"),
    path("i/<slug:slug>/tokens/", tokens.token_list, name="token-list"),
    path("i/<slug:slug>/tokens/<uuid:pk>/revoke/", tokens.token_revoke, name="token-revoke"),
]
