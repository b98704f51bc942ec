"""What gigs keep of a person (accounts/personal_data.py)."""

from collections.abc import Iterable

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Section, StoredFile, Table, plain, stored, table
from marketplace.gigs import services
from marketplace.gigs.models import Favourite, Gig, GigImport, GigMedia, GigPackage, GigReference, GigStats, ReviewCase
from marketplace.gigs.reviewing import cancel_review
from marketplace.gigs.states import GIG_TRANSITIONS, SELLER, GigStatus


class GigsSection(Section):
    """Services somebody sells, and those they keep."""

    exported = frozenset({"gigs.Gig.seller", "gigs.Favourite.user", "gigs.GigReference.seller"})
    not_exported = {
        "gigs.Gig.locked_by": "Wagtail's lock of whoever edits in the admin",
        "gigs.GigImport.seller": "what was read from the person's own file, deleted after a day",
        "gigs.ReviewCase.first_reviewer": "which of the staff approved a price first",
        "gigs.ReviewCase.viewer": "which of the staff reads a service now",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """Services with their packages and reviews, and kept ones."""
        yield table(
            "services",
            Gig.objects.filter(seller=user).order_by("pk"),
            **plain("id", "title", "description", "language", "status", "created_at", "updated_at"),
            category="category__name",
            own_number="reference__reference",
        )
        yield table(
            "service_packages",
            GigPackage.objects.filter(gig__seller=user).order_by("pk"),
            **plain("gig_id", "tier", "title", "description", "price_fen", "delivery_days", "revisions"),
        )
        yield table(
            "service_reviews",
            ReviewCase.objects.filter(gig__seller=user).order_by("pk"),
            **plain("gig_id", "submitted_at", "kind", "answer"),
            status="task_state__status",
            remarks="task_state__comment",
        )
        yield table(
            "favourites",
            Favourite.objects.filter(user=user).order_by("pk"),
            service="gig__title",
            created_at="created_at",
        )

    def files(self, user: User) -> Iterable[StoredFile]:
        """The galleries of one's own services."""
        for media in GigMedia.objects.filter(gig__seller=user).order_by("gig_id", "sort_order"):
            yield stored(f"services/{media.gig_id}", media.file)

    @transaction.atomic
    def erase(self, user: User) -> None:
        """Take every service off for good, with a review under way; let go of what was kept.

        The services themselves stay: orders, reviews and their evidence point at them (电子商务法 §31).
        """
        for gig in Gig.objects.filter(seller=user).exclude(status=GigStatus.ARCHIVED):
            if GIG_TRANSITIONS.allows(GigStatus(gig.status), GigStatus.ARCHIVED, SELLER):
                services.archive_gig(gig_id=gig.pk, seller=user)
            else:  # waits for a moderator, or was denied: never seen by anybody, and its seller is gone
                cancel_review(gig, user=user)
        GigReference.objects.filter(seller=user).delete()
        GigImport.objects.filter(seller=user).delete()
        kept = list(Favourite.objects.filter(user=user).values_list("gig_id", flat=True))
        Favourite.objects.filter(user=user).delete()
        for gig_id in kept:
            GigStats.objects.filter(gig_id=gig_id).update(
                favourite_count=Favourite.objects.filter(gig_id=gig_id).count()
            )
