from django import template

from marketplace.accounts.models import User
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.gigs.models import Gig

register = template.Library()


@register.simple_tag(takes_context=True)
def gigs_of_seller(context: template.Context, seller: User) -> list[GigCard]:
    """Cards of what a seller offers, the most bought first: `{% gigs_of_seller seller as cards %}`."""
    ids = Gig.objects.on_sale().filter(seller=seller).order_by("-stats__orders_completed", "-pk")
    return gig_cards(list(ids.values_list("pk", flat=True)[:24]), user=context.get("user"))


@register.simple_tag
def has_gig(seller: User) -> bool:
    """Whether somebody has begun a service, in whatever state: `{% has_gig user as begun %}`."""
    return Gig.objects.filter(seller_id=seller.pk).exists()
