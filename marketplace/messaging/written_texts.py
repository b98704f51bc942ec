"""What people wrote to each other, for dry runs of watched words (safety/text_sources.py)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from marketplace.messaging.models import Message, MessageKind
from marketplace.safety.text_sources import TextSource, WrittenText, masked


def _newest(most: int) -> Iterator[WrittenText]:
    rows = Message.objects.filter(kind=MessageKind.TEXT, withdrawn_at=None).exclude(body="").order_by("-pk")
    for key, body, name in rows.values_list("pk", "body", "sender__profile__display_name")[:most].iterator():
        yield WrittenText(key, body, masked(name or ""))


MESSAGES = TextSource("messages", _("Messages"), _newest)
