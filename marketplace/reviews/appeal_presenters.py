"""What the desk of appeals says before somebody decides: what an answer would do, asked of the rules that would do it."""

from django.utils.translation import gettext as _

from marketplace.accounts.models import SellerLevelChoice
from marketplace.reviews.levels.selection import may_be_candidate_again
from marketplace.reviews.levels.selectors import has_confirmed_case, lost_level, refused_candidate
from marketplace.reviews.models import AppealKind, ReputationAppeal, SellerLevel
from marketplace.reviews.score import ScoreEvent, one_agreement_with, score_of


def event_of(appeal: ReputationAppeal) -> ScoreEvent | None:
    """The event of the seller's score that an appeal is about; None for another kind, and when it is left out already."""
    if appeal.kind != AppealKind.EVENT or appeal.order is None:
        return None
    numbers = set(one_agreement_with(appeal.order).values_list("number", flat=True))
    events = score_of(appeal.user_id).events
    return next((event for event in events if event.order_number in numbers), None)


def outcome_of(appeal: ReputationAppeal) -> list[str]:
    """What happens when the person is right, a sentence each."""
    match appeal.kind:
        case AppealKind.MASK:
            return [_("The hidden part can be read again.")]
        case AppealKind.INTEGRITY:
            return [_("The case is taken back, and the reviews in it count again.")]
        case AppealKind.EVENT if appeal.order is not None:
            stages = one_agreement_with(appeal.order).count()
            if stages == 1:
                return [_("The order is left out of the score.")]
            words = _("All stages of the agreement that have ended, of %(count)s, are left out of the score.")
            return [words % {"count": stages}]
    return _of_level(appeal.user_id)


def _of_level(user_id: int) -> list[str]:
    row = SellerLevel.objects.filter(user_id=user_id).first()
    found = []
    is_in_case = has_confirmed_case(user_id)
    if row is not None and not is_in_case and (lost := lost_level(user_id, row.level)) is not None:
        found.append(_("%(level)s is given back.") % {"level": SellerLevelChoice(lost).label})
    if row is not None and row.grace_until is not None:
        found.append(_("The time to meet the gates again begins anew."))
    if may_be_candidate_again(user_id):
        found.append(_("The seller is a candidate for Select again at once; another person decides."))
    elif refused_candidate(user_id) is not None:
        found.append(_("The gates of Select are not met at the moment: no new candidacy is opened."))
    if is_in_case:
        found.append(
            _(
                "The confirmed case of integrity stands, and the level does not rise: that needs an appeal about the case."
            )
        )
    return found or [
        _("Nothing was lost and nobody was refused: the figures are counted anew, and your answer is sent.")
    ]
