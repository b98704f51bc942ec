"""What is kept of a person about decisions, appeals and strikes (accounts/personal_data.py)."""

from collections.abc import Iterable

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Section, Table, plain, table
from marketplace.moderation.models import DecisionAppeal, Strike
from marketplace.moderation.quality.own_decisions import decisions_about


class QualitySection(Section):
    """Decisions about somebody as they read them, their appeals and strikes. Who of the staff it was is not theirs."""

    exported = frozenset({"moderation.ModerationDecision.person", "moderation.Strike.person"})
    not_exported = {
        "moderation.ModerationDecision.decided_by": "who of the staff decided it",
        "moderation.DecisionAppeal.decided_by": "who of the staff answered it",
        "moderation.DecisionCheck.checked_by": "who of the staff checked a colleague's decision",
        "moderation.SecondOpinion.asked_by": "who of the staff asked a colleague",
        "moderation.SecondOpinion.answered_by": "who of the staff was asked",
        "moderation.Strike.given_by": "who of the staff gave it",
        "moderation.Strike.lifted_by": "who of the staff lifted it",
        "safety.WordTrial.asked_by": "who of the staff tried a word",
        "safety.WordTrial.applied_by": "who of the staff put a word in use",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """Decisions, appeals, strikes."""
        yield table(
            "decisions_about_me",
            decisions_about(user).select_related(None),
            about="case__title",
            reason="reason__code",
            ground="reason__law",
            **plain("kind", "effect", "words", "decided_at", "overturned_at"),
        )
        yield table(
            "appeals_against_decisions",
            DecisionAppeal.objects.filter(decision__person=user).order_by("pk"),
            decision="decision_id",
            **plain("words", "status", "answer", "created_at", "decided_at"),
        )
        yield table(
            "strikes",
            Strike.objects.filter(person=user).order_by("pk"),
            **plain("words", "given_at", "expires_at", "lifted_at", "lifted_because"),
        )
