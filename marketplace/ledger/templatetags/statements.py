from django import template

from marketplace.ledger import presenters
from marketplace.ledger.statement import StatementLine

register = template.Library()
_LONGEST = 16  # an order's number and shorter


@register.filter
def sentence(line: StatementLine) -> str:
    """What happened, in the words of the person whose account it is."""
    return presenters.sentence(line)


@register.filter
def shortened(reference: str) -> str:
    """A number for a narrow column: a withdrawal's is as long as gateways allow, and its end tells it apart."""
    return reference if len(reference) <= _LONGEST else f"{reference[:2]}…{reference[-6:]}"
