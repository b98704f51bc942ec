from django.urls import path

from marketplace.messaging import file_views, live_views, message_views, offer_views, reply_views, views

app_name = "messaging"
urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/replies/", reply_views.replies, name="replies"),
    path("messages/replies/away/", reply_views.away, name="away"),
    path("messages/replies/<int:pk>/", reply_views.edit_reply, name="edit_reply"),
    path("messages/replies/<int:pk>/delete/", reply_views.delete_reply, name="delete_reply"),
    path("messages/<int:pk>/", views.conversation, name="conversation"),
    path("messages/<int:pk>/settings/", views.settings, name="settings"),
    path("messages/<int:pk>/search/", message_views.search, name="search"),
    path("messages/<int:pk>/before/<int:before>/", message_views.earlier, name="earlier"),
    path("messages/<int:pk>/after/<int:after>/", message_views.news, name="news"),
    path("messages/<int:pk>/order/", message_views.order_news, name="order_news"),
    path("messages/<int:pk>/<int:sequence>/edit/", message_views.edit, name="edit"),
    path("messages/<int:pk>/<int:sequence>/withdraw/", message_views.withdraw, name="withdraw"),
    path("messages/<int:pk>/offers/new/", offer_views.new_offer, name="new_offer"),
    path("messages/<int:pk>/offers/<int:negotiation_id>/", offer_views.offer_cards, name="offer_cards"),
    path("messages/<int:pk>/live/", live_views.live, name="live"),
    path("messages/<int:pk>/bubbles/<int:sequence>/", live_views.bubble, name="bubble"),
    path("messages/orders/<str:number>/", views.about_order, name="about_order"),
    path("messages/start/<slug:handle>/", views.start, name="start"),
    path("messages/files/<int:pk>/", file_views.attachment, name="attachment"),
    path("messages/files/<int:pk>/preview/", file_views.preview, name="preview"),
    path("messages/files/<int:pk>/picture/", file_views.picture, name="picture"),
    path("messages/files/<int:pk>/voice/", file_views.voice, name="voice"),
]
