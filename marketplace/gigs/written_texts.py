"""What sellers write in services that are on sale, for dry runs of watched words (safety/text_sources.py)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from marketplace.gigs.models import Gig
from marketplace.gigs.states import GigStatus
from marketplace.safety.text_sources import TextSource, WrittenText, masked


def _newest(most: int) -> Iterator[WrittenText]:
    rows = Gig.objects.filter(status=GigStatus.LIVE).order_by("-pk")
    columns = ("pk", "title", "description", "seller__profile__display_name")
    for key, title, description, name in rows.values_list(*columns)[:most].iterator():
        yield WrittenText(key, f"{title}\n{description}", masked(name or ""))


SERVICES = TextSource("gigs", _("Services"), _newest)
