"""The row locks of strikes, appeals, second opinions and checks (docs/locking.md).

A case comes before what is asked about it; an appeal or a check before the decision that it may undo. What undoing touches is
locked by the rooms that own it, after these.
"""

from marketplace.moderation.models import DecisionAppeal, DecisionCheck, ModerationQueue, SecondOpinion, Strike


def lock_strike(strike_id: int) -> Strike:
    """One strike until the transaction ends. Raises Strike.DoesNotExist."""
    return Strike.objects.select_for_update(of=("self",), no_key=True).select_related("person").get(pk=strike_id)


def lock_appeal(appeal_id: int) -> DecisionAppeal:
    """One appeal until the transaction ends. Raises DecisionAppeal.DoesNotExist."""
    rows = DecisionAppeal.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("decision__case", "decision__reason", "decision__person").get(pk=appeal_id)


def lock_case(case_id: int) -> ModerationQueue:
    """One case until the transaction ends. Raises ModerationQueue.DoesNotExist."""
    return ModerationQueue.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)


def lock_opinion(opinion_id: int) -> SecondOpinion:
    """One second opinion until the transaction ends. Raises SecondOpinion.DoesNotExist."""
    rows = SecondOpinion.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("case").get(pk=opinion_id)


def lock_check(check_id: int) -> DecisionCheck:
    """One check until the transaction ends. Raises DecisionCheck.DoesNotExist."""
    rows = DecisionCheck.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("decision__case", "decision__person", "decision__decided_by").get(pk=check_id)
