"""Who uses what of a category: what the admin shows and asks before something goes."""

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from marketplace.gigs.models import Gig, GigAttribute, GigCategory
from marketplace.gigs.states import GigStatus


def category_tree() -> QuerySet[GigCategory]:
    """All categories, each parent before its children, in their order, with `live_gigs` (a parent's are its children's too).

    Sort by `tree_position`, `tree_root`, `depth`, `position`, `pk`.
    """
    on_sale = Gig.objects.on_sale().order_by()
    own = on_sale.filter(category=OuterRef("pk")).values("category").annotate(count=Count("pk")).values("count")
    below = (
        on_sale.filter(category__parent=OuterRef("pk"))
        .values("category__parent")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return GigCategory.objects.select_related("parent").annotate(
        tree_position=Coalesce("parent__position", "position"),
        tree_root=Coalesce("parent_id", "pk"),
        depth=Case(When(parent=None, then=0), default=1, output_field=IntegerField()),
        live_gigs=Coalesce(Subquery(own), 0) + Coalesce(Subquery(below), 0),
        attribute_count=Count("attributes", distinct=True),
    )


def gigs_filed_under(category: GigCategory) -> int:
    """How many gigs, whatever their state, stand in this category itself."""
    return Gig.objects.filter(category=category.pk).count() if category.pk else 0


def gigs_saying(category: GigCategory, key: str, option: str = "") -> int:
    """How many gigs of the category and its subcategories say something of an attribute, or this option of it.

    Archived ones are nobody's loss and do not count.
    """
    gigs = Gig.objects.filter(Q(category=category) | Q(category__parent=category)).exclude(status=GigStatus.ARCHIVED)
    said = Q(attributes__contains={key: [option]}) if option else Q(attributes__has_key=key)
    return gigs.filter(said).count()


def keys_of_relatives(category: GigCategory, parent: GigCategory | None) -> dict[str, str]:
    """The keys of attributes that `category` would share its gigs with: its parent's and its subcategories', with their names."""
    relatives = Q()
    if parent is not None:
        relatives |= Q(category=parent.pk)
    if category.pk:
        relatives |= Q(category__parent=category.pk)
    if not relatives:
        return {}
    return dict(GigAttribute.objects.filter(relatives).values_list("key", "category__name"))
