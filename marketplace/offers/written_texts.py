"""What buyers write in briefs, for dry runs of watched words (safety/text_sources.py)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from marketplace.offers.models import Brief
from marketplace.safety.text_sources import TextSource, WrittenText, masked


def _newest(most: int) -> Iterator[WrittenText]:
    rows = Brief.objects.order_by("-pk")
    columns = ("pk", "title", "story", "buyer__profile__display_name")
    for key, title, story, name in rows.values_list(*columns)[:most].iterator():
        yield WrittenText(key, f"{title}\n{story}", masked(name or ""))


BRIEFS = TextSource("briefs", _("Briefs"), _newest)
