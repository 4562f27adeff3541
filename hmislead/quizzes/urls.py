from django.urls import path

from hmislead.quizzes import views

app_name = "quizzes"
urlpatterns = [
    path("quizzes/", views.quiz_list, name="quiz-list"),
    path("quizzes/new/", views.quiz_new, name="quiz-new"),
    path("quizzes/<uuid:pk>/", views.quiz_detail, name="quiz-detail"),
    path("quizzes/<uuid:pk>/edit/", views.quiz_edit, name="quiz-edit"),
    path("quizzes/<uuid:pk>/retire/", views.quiz_retire, name="quiz-retire"),
    path("quizzes/<uuid:pk>/questions/new/", views.question_new, name="question-new"),
    path("quizzes/questions/<uuid:pk>/edit/", views.question_edit, name="question-edit"),
    path("quizzes/questions/<uuid:pk>/remove/", views.question_remove, name="question-remove"),
    path("quizzes/<uuid:pk>/forgive/<uuid:person>/", views.attempts_forgive, name="attempts-forgive"),
    path("quizzes/attempts/<uuid:pk>/", views.attempt, name="attempt"),
]
