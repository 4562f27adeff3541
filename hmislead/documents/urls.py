from django.urls import path

from hmislead.documents.views import changes, documents, graph, legal

app_name = "documents"
urlpatterns = [
    path("documents/", documents.document_list, name="document-list"),
    path("documents/new/", documents.document_new, name="document-new"),
    path("documents/graph/", graph.document_graph, name="document-graph"),
    path("documents/legal-reviews/", legal.legal_review_list, name="legal-review-list"),
    path("documents/legal-reviews/new/<uuid:pk>/", legal.legal_review_new, name="legal-review-new"),
    path("documents/contradictions/new/", graph.contradiction_new, name="contradiction-new"),
    path("documents/contradictions/<uuid:pk>/", graph.contradiction_resolve, name="contradiction-resolve"),
    path("documents/citations/<uuid:pk>/remove/", graph.citation_remove, name="citation-remove"),
    path("documents/versions/<uuid:pk>/cite/", graph.citation_new, name="citation-new"),
    path("documents/versions/<uuid:pk>/library/", graph.clause_insert, name="clause-insert"),
    path("documents/clauses/<uuid:pk>/keep/", graph.clause_keep, name="clause-keep"),
    path("documents/<uuid:pk>/", documents.document_detail, name="document-detail"),
    path("documents/<uuid:pk>/title/", documents.document_rename, name="document-rename"),
    path("documents/<uuid:pk>/retire/", documents.document_retire, name="document-retire"),
    path("documents/<uuid:pk>/new-version/", documents.version_new, name="version-new"),
    path("documents/versions/<uuid:pk>/", documents.version_detail, name="version-detail"),
    path("documents/versions/<uuid:pk>/add-clause/", documents.block_new, name="block-new"),
    path("documents/versions/<uuid:pk>/confirm/<str:standard>/", documents.version_attest, name="version-attest"),
    path("documents/versions/<uuid:pk>/submit/", documents.version_submit, name="version-submit"),
    path("documents/versions/<uuid:pk>/take-back/", documents.version_take_back, name="version-take-back"),
    path("documents/versions/<uuid:pk>/retire/", documents.version_retire, name="version-retire"),
    path("documents/versions/<uuid:pk>/redline/", changes.redline_ask, name="redline-ask"),
    path("documents/redlines/<uuid:pk>/", changes.redline_progress, name="redline-progress"),
    path("documents/redlines/<uuid:pk>/pdf/", changes.redline_file, name="redline-file"),
    path("documents/clauses/<uuid:pk>/", documents.block_edit, name="block-edit"),
    path("documents/clauses/<uuid:pk>/move/", documents.block_move, name="block-move"),
    path("documents/clauses/<uuid:pk>/remove/", documents.block_remove, name="block-remove"),
]
