from django.urls import path

from marketplace.messaging import offer_views, views

app_name = "messaging"
urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/<int:pk>/", views.conversation, name="conversation"),
    path("messages/<int:pk>/offers/new/", offer_views.new_offer, name="new_offer"),
    path("messages/<int:pk>/offers/<int:negotiation_id>/", offer_views.offer_cards, name="offer_cards"),
    path("messages/start/<slug:handle>/", views.start, name="start"),
    path("messages/files/<int:pk>/", views.attachment, name="attachment"),
]
