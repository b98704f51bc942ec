"""What offers and briefs keep of a person (accounts/personal_data.py). The other side is named as the person sees it."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import (
    Blocker,
    Retained,
    Section,
    StoredFile,
    Table,
    delete_after_commit,
    plain,
    stored,
    table,
)
from marketplace.core import clock
from marketplace.offers.models import Brief, BriefFile, BriefInvitation, Negotiation, Offer, OfferStage
from marketplace.offers.states import BriefStatus, OfferStatus


class OffersSection(Section):
    """Custom offers of both hats, and briefs."""

    exported = frozenset(
        {
            "offers.Negotiation.buyer",
            "offers.Negotiation.seller",
            "offers.Offer.proposed_by",
            "offers.Brief.buyer",
            "offers.BriefInvitation.seller",
        }
    )
    not_exported = {"offers.Offer.answered_by": "one of the two sides of the negotiation, which is exported"}

    def tables(self, user: User) -> Iterable[Table]:
        """Every version of both sides, with its stages; own briefs, and those one was told of."""
        own = _negotiations_of(user)
        offers = Offer.objects.filter(negotiation__in=own).order_by("pk")
        yield table(
            "offers",
            offers.annotate(
                role=Case(When(negotiation__buyer=user, then=Value("buyer")), default=Value("seller")),
                other=Case(
                    When(negotiation__buyer=user, then=F("negotiation__seller__profile__display_name")),
                    default=F("negotiation__buyer__profile__display_name"),
                    output_field=CharField(),
                ),
                by=Case(When(proposed_by=user, then=Value("you")), default=Value("other side")),
            ),
            negotiation="negotiation_id",
            **plain("number", "role", "other", "by", "status", "title", "scope", "total_fen", "delivery_days"),
            **plain("revisions", "questions", "words", "created_at", "expires_at", "answered_at", "reason", "answer"),
        )
        yield table(
            "offer_stages",
            OfferStage.objects.filter(offer__negotiation__in=own).order_by("pk"),
            negotiation="offer__negotiation_id",
            version="offer__number",
            **plain("position", "title", "description", "amount_fen", "delivery_days", "revisions"),
        )
        yield table(
            "briefs",
            Brief.objects.filter(buyer=user).order_by("pk"),
            category="category__name",
            **plain("title", "story", "budget_min_fen", "budget_max_fen", "wanted_by", "status", "published_at"),
            **plain("expires_at", "ended_at"),
        )
        yield table(
            "briefs_told_of",
            BriefInvitation.objects.filter(seller=user).order_by("pk"),
            brief="brief__title",
            **plain("created_at"),
        )

    def files(self, user: User) -> Iterable[StoredFile]:
        """What was sent along with briefs."""
        for file in BriefFile.objects.filter(brief__buyer=user).order_by("pk"):
            yield stored(f"briefs/{file.brief_id}", file.file, file.name)

    def blockers(self, user: User) -> Iterable[Blocker]:
        """Offers and briefs that somebody may answer yet: taking them back is a click."""
        for offer in Offer.objects.filter(negotiation__in=_negotiations_of(user), status=OfferStatus.OPEN):
            if offer.expires_at > clock.now():
                text = _("The offer “%(title)s” is waiting for an answer") % {"title": offer.title}
                yield Blocker(text, offer.negotiation.get_absolute_url())
        for brief in Brief.objects.filter(buyer=user, status=BriefStatus.OPEN).order_by("pk"):
            text = _("The brief “%(title)s” still takes offers") % {"title": brief.title}
            yield Blocker(text, brief.get_absolute_url())

    def retained(self, user: User) -> Iterable[Retained]:
        """What was agreed, and how it came about."""
        if _negotiations_of(user).exists():
            yield Retained(
                gettext_lazy("Custom offers and what was agreed in them"),
                gettext_lazy("E-Commerce Law, article 31"),
                gettext_lazy("three years after the last order of the agreement ended"),
            )

    @transaction.atomic
    def erase(self, user: User) -> None:
        """Briefs that nobody answered, with their files; and of what the person was told."""
        BriefInvitation.objects.filter(seller=user).delete()
        unanswered = Brief.objects.filter(buyer=user, negotiations=None)
        for file in BriefFile.objects.filter(brief__in=unanswered):
            delete_after_commit(file.file)
        unanswered.delete()


def _negotiations_of(user: User) -> QuerySet[Negotiation]:
    return Negotiation.objects.filter(Q(buyer=user) | Q(seller=user))
