from django.urls import path

from hmislead.notices.views import bulk, log, own

app_name = "notices"
urlpatterns = [
    path("notices/", own.notice_list, name="notice-list"),
    path("notices/read/", own.notice_read, name="notice-read"),
    path("notices/read-all/", own.notice_read_all, name="notice-read-all"),
    path("notices/preferences/", own.preference_edit, name="preference-edit"),
    path("notices/<uuid:pk>/", own.notice_open, name="notice-open"),
    path("messages/", log.message_list, name="message-list"),
    path("messages/<uuid:pk>/", log.message_detail, name="message-detail"),
    path("messages/<uuid:pk>/mail/", log.message_mail, name="message-mail"),
    path("messages/<uuid:pk>/send-again/", log.message_resend, name="message-resend"),
    path("messages/<uuid:pk>/cancel/", log.message_cancel, name="message-cancel"),
    path("reminders/", bulk.bulk_list, name="bulk-list"),
    path("reminders/new/", bulk.bulk_new, name="bulk-new"),
    path("reminders/<uuid:pk>/", bulk.bulk_detail, name="bulk-detail"),
    path("reminders/<uuid:pk>/change/", bulk.bulk_edit, name="bulk-edit"),
    path("reminders/<uuid:pk>/progress/", bulk.bulk_progress, name="bulk-progress"),
    path("reminders/<uuid:pk>/send/", bulk.bulk_send, name="bulk-send"),
    path("reminders/<uuid:pk>/cancel/", bulk.bulk_cancel, name="bulk-cancel"),
]
