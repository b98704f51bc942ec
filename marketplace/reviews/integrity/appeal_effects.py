"""What an appeal about a case does when it is upheld: registered by kind in reviews/appeals.py."""

from marketplace.accounts.models import User
from marketplace.reviews.integrity.services import reverse_case
from marketplace.reviews.models import ReputationAppeal


def effect(appeal: ReputationAppeal, staff: User) -> None:
    """The reviews count again. Raises what `reverse_case` raises."""
    if appeal.case_id is None:
        raise ValueError("an appeal about no case")
    reverse_case(case_id=appeal.case_id, staff=staff, words=appeal.answer, appellant_id=appeal.user_id)
