from django.urls import path

from marketplace.messaging import live_views, offer_views, views

app_name = "messaging"
urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/<int:pk>/", views.conversation, name="conversation"),
    path("messages/<int:pk>/offers/new/", offer_views.new_offer, name="new_offer"),
    path("messages/<int:pk>/offers/<int:negotiation_id>/", offer_views.offer_cards, name="offer_cards"),
    path("messages/<int:pk>/live/", live_views.live, name="live"),
    path("messages/<int:pk>/bubbles/<int:sequence>/", live_views.bubble, name="bubble"),
    path("messages/start/<slug:handle>/", views.start, name="start"),
    path("messages/files/<int:pk>/", views.attachment, name="attachment"),
]
