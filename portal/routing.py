"""Every WebSocket address."""

from django.urls import path

from marketplace.messaging.consumers import ConversationConsumer

websocket_urlpatterns = [
    path("ws/conversations/<int:conversation_id>/", ConversationConsumer.as_asgi()),
]
