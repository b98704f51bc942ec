"""What is still missing before a moderator can judge a gig: shown beside the form, and enforced on submission."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from marketplace.accounts.models import User
from marketplace.accounts.selectors import publishing_is_missing
from marketplace.gigs.content import DESCRIPTION_MINIMUM, GigContent


@dataclass(frozen=True)
class ReadinessItem:
    """One line of the list: what it is about, whether it is done, and where in the form it is mended."""

    label: str | Promise
    done: bool
    anchor: str


def readiness(content: GigContent | None) -> list[ReadinessItem]:
    """Every line of the list, in the order of the form; `None` is a form nobody has saved yet."""
    length = len(content.description.strip()) if content else 0
    pictures = len(content.pictures) if content else 0
    described = ngettext(
        "A description of %(wanted)s characters, now %(length)s",
        "A description of %(wanted)s characters, now %(length)s",
        length,
    ) % {"wanted": DESCRIPTION_MINIMUM, "length": length}
    pictured = ngettext("At least one picture, now %(count)s", "At least one picture, now %(count)s", pictures) % {
        "count": pictures
    }
    return [
        ReadinessItem(_("Title and category"), content is not None, "#about"),
        ReadinessItem(described, length >= DESCRIPTION_MINIMUM, "#about"),
        ReadinessItem(_("Packages with price and time"), content is not None and bool(content.packages), "#packages"),
        ReadinessItem(pictured, pictures > 0, "#pictures"),
        ReadinessItem(
            _("A question for the requirements"), content is not None and bool(content.requirements), "#needs"
        ),
    ]


def seller_readiness(seller: User) -> list[ReadinessItem]:
    """What the seller themself still owes before anything of theirs is published, with the way there; none when nothing."""
    return [ReadinessItem(label, False, reverse("accounts:become_seller")) for label in publishing_is_missing(seller)]


def missing_for_review(content: GigContent) -> list[ReadinessItem]:
    """The lines that are not done."""
    return [item for item in readiness(content) if not item.done]
