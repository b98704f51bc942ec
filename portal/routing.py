"""Every WebSocket address."""

from django.urls import path

from marketplace.messaging.consumers import ConversationConsumer, LiveConsumer

websocket_urlpatterns = [
    path("ws/live/", LiveConsumer.as_asgi()),
    # What the scripts of the release before open. It goes with the next one.
    path("ws/conversations/<int:conversation_id>/", ConversationConsumer.as_asgi()),
]
