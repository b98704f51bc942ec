"""What support keeps of a person (accounts/personal_data.py). What was said is in messaging's part."""

from collections.abc import Iterable

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Section, Table, plain, table
from marketplace.support.models import SupportCase


class SupportSection(Section):
    """Questions to support."""

    exported = frozenset({"support.SupportCase.person"})
    not_exported = {
        "support.SupportCase.assigned_to": "who of the staff worked on it",
        "support.SupportNote.author": "what staff tell each other",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """Every question, with how it went."""
        yield table(
            "support",
            SupportCase.objects.filter(person=user).order_by("pk"),
            order="order__number",
            conversation="conversation_id",
            **plain("topic", "subject", "status", "created_at", "first_answered_at", "answered_at", "solved_at"),
        )
