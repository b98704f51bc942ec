from django.urls import path

from marketplace.notifications import choice_views, views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notification_list, name="list"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/unread/", views.unread, name="unread"),
    path("notifications/<int:pk>/", views.open_notification, name="open"),
    path("settings/notifications/", choice_views.choices_form, name="choices"),
    path("settings/notifications/browser/", choice_views.browser_add, name="browser_add"),
    path("settings/notifications/browser/remove/", choice_views.browser_remove, name="browser_remove"),
    path("unsubscribe/<str:token>/", choice_views.unsubscribe, name="unsubscribe"),
    path("push-worker.js", choice_views.push_worker, name="push_worker"),
    path("dev/outbox/", views.outbox, name="outbox"),
]
