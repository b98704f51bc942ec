"""What was decided about somebody's reviews, level and honesty, and what they asked to be looked at again."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Retained, Section, Table, plain, table
from marketplace.reviews.models import (
    CaseStatus,
    IntegrityMember,
    LevelChange,
    MaskedPart,
    ReputationAppeal,
    ReviewMask,
    SelectionCase,
)


class AppealsSection(Section):
    """Hidden texts, appeals, changes of the level, candidacies, decided cases."""

    exported = frozenset(
        {
            "reviews.IntegrityMember.user",
            "reviews.LevelChange.user",
            "reviews.ReputationAppeal.user",
            "reviews.SelectionCase.user",
        }
    )
    not_exported = {
        "reviews.ReviewMask.masked_by": "who of the staff hid it; to whom it happened gets ground and reason",
        "reviews.ReviewMask.lifted_by": "who of the staff showed it again",
        "reviews.ReputationAppeal.decided_by": "who of the staff answered; the answer is exported",
        "reviews.LevelChange.decided_by": "who of the staff decided; the change is exported",
        "reviews.SelectionCase.decided_by": "who of the staff decided; the decision is exported",
        "reviews.IntegrityCase.decided_by": "who of the staff decided; the decision is exported to the accounts in the case",
        "reviews.IntegritySignal.one": "it is about somebody else too, and would tell rings how they are found",
        "reviews.IntegritySignal.other": "it is about somebody else too, and would tell rings how they are found",
        "reviews.ScoreException.decided_by": "who of the staff decided",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """What concerns this person; a case of honesty only once it is decided."""
        of_reply = Q(part=MaskedPart.REPLY, review__subject=user)
        own = of_reply | (~Q(part=MaskedPart.REPLY) & Q(review__author=user))
        yield table(
            "review_texts_hidden",
            ReviewMask.objects.filter(own).order_by("pk"),
            order="review__order__number",
            **plain("part", "ground", "words", "original", "masked_at", "lifted_at"),
        )
        yield table(
            "appeals",
            ReputationAppeal.objects.filter(user=user).order_by("pk"),
            order="order__number",
            **plain("kind", "words", "status", "opened_at", "due_at", "decided_at", "answer"),
        )
        yield table(
            "level_changes",
            LevelChange.objects.filter(user=user).order_by("pk"),
            **plain("old", "new", "reason", "words", "created_at"),
        )
        yield table(
            "select_candidacies",
            SelectionCase.objects.filter(user=user).order_by("pk"),
            **plain("status", "opened_at", "decided_at", "words"),
        )
        yield table(
            "integrity_decisions",
            IntegrityMember.objects.filter(user=user).exclude(case__status=CaseStatus.OPEN).order_by("pk"),
            status="case__status",
            decided_at="case__decided_at",
            words="case__words",
        )

    def retained(self, user: User) -> Iterable[Retained]:
        """Decisions about reviews stay with the reviews."""
        if ReputationAppeal.objects.filter(user=user).exists():
            yield Retained(
                _("Your appeals and the answers to them"),
                _("Personal Information Protection Law, article 24"),
                _("as long as the decision they are about"),
            )
