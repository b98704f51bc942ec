"""Offers and briefs whose time is over lose words and files. Prices, terms and who answered what stay (keeping.py)."""

from django.db import transaction

from marketplace.offers import keeping, locks
from marketplace.offers.keeping import GONE
from marketplace.offers.models import BriefFile, Offer, OfferStage
from marketplace.uploads.services import release_files


@transaction.atomic
def empty_negotiation(*, negotiation_id: int) -> bool:
    """Remove what was typed in all offers of a negotiation that nobody needs any more; returns whether it was this call.

    Titles, prices, days and answers stay beside the order that bears the same. What somebody else locks is left to the next run.
    """
    negotiation = locks.try_lock_negotiation(negotiation_id)
    if negotiation is None or not keeping.negotiations_to_empty().filter(pk=negotiation_id).exists():
        return False
    own = Offer.objects.filter(negotiation=negotiation)
    own.exclude(words="").update(words=GONE)
    own.exclude(answer="").update(answer=GONE)
    own.update(scope=GONE, questions=[])
    OfferStage.objects.filter(offer__negotiation=negotiation).exclude(description="").update(description=GONE)
    return True


@transaction.atomic
def empty_brief(*, brief_id: int) -> bool:
    """Remove story and files of a brief that nobody needs any more; returns whether it was this call that did."""
    brief = locks.try_lock_brief(brief_id)
    if brief is None or not keeping.briefs_to_empty().filter(pk=brief_id).exists():
        return False
    files = BriefFile.objects.filter(brief=brief)
    names: dict[str, set[str]] = {name: set() for name in files.values_list("file", flat=True)}
    files.delete()
    brief.story = GONE
    brief.save(update_fields=["story", "updated_at"])
    release_files(owner_id=brief.buyer_id, files=names)
    return True
