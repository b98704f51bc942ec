from django.urls import path

from marketplace.messaging import views

app_name = "messaging"
urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/<int:pk>/", views.conversation, name="conversation"),
    path("messages/start/<slug:handle>/", views.start, name="start"),
    path("messages/files/<int:pk>/", views.attachment, name="attachment"),
]
