"""What people write in reviews, for dry runs of watched words (safety/text_sources.py)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from marketplace.reviews.models import Review
from marketplace.safety.text_sources import TextSource, WrittenText, masked


def _newest(most: int) -> Iterator[WrittenText]:
    rows = Review.objects.exclude(body="", reply="").order_by("-pk")
    columns = ("pk", "body", "reply", "author__profile__display_name")
    for key, body, reply, name in rows.values_list(*columns)[:most].iterator():
        yield WrittenText(key, f"{body}\n{reply}" if reply else body, masked(name or ""))


REVIEWS = TextSource("reviews", _("Reviews"), _newest)
