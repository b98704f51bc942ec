"""The only place of offers that takes row locks (docs/locking.md): the people are held first, then the brief, then its
negotiations, then what orders lock."""

from marketplace.offers.models import Brief, Negotiation


def lock_brief(brief_id: int) -> Brief:
    """Lock one brief until the transaction ends. Raises Brief.DoesNotExist."""
    return Brief.objects.select_for_update(of=("self",), no_key=True).get(pk=brief_id)


def try_lock_brief(brief_id: int) -> Brief | None:
    """Lock one brief unless somebody holds it: None then, and when there is none. For jobs, which come again."""
    return Brief.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=brief_id).first()


def lock_negotiation(negotiation_id: int) -> Negotiation:
    """Lock one negotiation, and with it its offers. Raises Negotiation.DoesNotExist."""
    return Negotiation.objects.select_for_update(of=("self",), no_key=True).get(pk=negotiation_id)


def try_lock_negotiation(negotiation_id: int) -> Negotiation | None:
    """Lock one negotiation unless somebody holds it: None then. For jobs, which come again."""
    rows = Negotiation.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return rows.filter(pk=negotiation_id).first()


def lock_negotiations_of(brief: Brief) -> list[Negotiation]:
    """Lock all negotiations of a (locked) brief, ascending by key: nobody else takes more than one."""
    rows = Negotiation.objects.select_for_update(of=("self",), no_key=True).filter(brief=brief)
    return list(rows.order_by("pk"))
