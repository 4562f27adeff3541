"""Pages of decisions, of where versions are in effect, of comments and of reviews."""

from django.urls import path

from hmislead.documents.views import approvals, comments, decisions

app_name = "approvals"
urlpatterns = [
    path("approvals/<uuid:pk>/", approvals.version_approval, name="version-approval"),
    path("approvals/<uuid:pk>/ask/", approvals.approval_request, name="approval-request"),
    path("approvals/<uuid:pk>/effect/<uuid:coc>/", approvals.effect_start, name="effect-start"),
    path("comments/", comments.comment_list, name="comment-list"),
    path("comments/<uuid:pk>/", comments.comment_detail, name="comment-detail"),
    path("comments/<uuid:pk>/answer/", comments.comment_answer, name="comment-answer"),
    path("comment-periods/", comments.period_list, name="period-list"),
    path("comment-periods/open/<uuid:pk>/", comments.period_open, name="period-open"),
    path("comment-periods/<uuid:pk>/", comments.period_detail, name="period-detail"),
    path("comment-periods/<uuid:pk>/close/", comments.period_close, name="period-close"),
    path("comment-periods/<uuid:pk>/comment/", comments.comment_new, name="comment-new"),
    path("conditions/<uuid:pk>/clear/", approvals.condition_clear, name="condition-clear"),
    path("decisions/", decisions.decision_list, name="decision-list"),
    path("decisions/new/", decisions.decision_new, name="decision-new"),
    path("decisions/new/<uuid:pk>/", decisions.decision_create, name="decision-create"),
    path("decisions/<uuid:pk>/", decisions.decision_detail, name="decision-detail"),
    path("decisions/<uuid:pk>/withdraw/", decisions.decision_withdraw, name="decision-withdraw"),
    path("decisions/<uuid:pk>/minutes/", decisions.decision_minutes, name="decision-minutes"),
    path("reviews/", approvals.review_list, name="review-list"),
]
