"""From a gig to the words an engine stores."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from marketplace.discovery.categories import language_tokens, written_tokens
from marketplace.discovery.engines.base import GigWords, attribute_token
from marketplace.discovery.language import Segmenter, normalise
from marketplace.gigs.models import Gig, GigTag
from marketplace.gigs.states import GigStatus


def published_gigs() -> QuerySet[Gig]:
    """What the index holds: gigs on sale, and paused ones. What is found is what is on sale when somebody searches."""
    return Gig.objects.filter(live=True, status__in=[GigStatus.LIVE, GigStatus.PAUSED], seller__is_active=True)


def indexable_gigs(gig_ids: Iterable[int] | None = None) -> list[Gig]:
    """Published gigs (live ones, and paused ones that may come back any minute) with all that is indexed of them."""
    gigs = published_gigs()
    if gig_ids is not None:
        gigs = gigs.filter(pk__in=gig_ids)
    return list(
        gigs.select_related("category__parent", "seller__profile").prefetch_related(
            Prefetch("gig_tags", GigTag.objects.select_related("tag"))
        )
    )


def words_of(gig_ids: Iterable[int], segmenter: Segmenter) -> list[GigWords]:
    """What is to be stored of those of these gigs that are published."""
    read_at = timezone.now()
    return [gig_words(gig, segmenter, read_at=read_at) for gig in indexable_gigs(gig_ids)]


def gig_words(gig: Gig, segmenter: Segmenter, *, read_at: datetime) -> GigWords:
    """The words of one gig by field, as it was read no earlier than `read_at`."""
    names = [gig.category.name, gig.category.name_en]
    parent = gig.category.parent
    if parent is not None:
        names += [parent.name, parent.name_en]
    texts = {
        "A": [gig.title],
        "B": [item.tag.name for item in gig.gig_tags.all()],
        "C": [*names, gig.seller.profile.display_name],
        "D": [gig.description],
    }
    fields = {letter: _cut(segmenter, own) for letter, own in texts.items()}
    sub_words = [
        (letter, part)
        for letter, words in fields.items()
        for word in dict.fromkeys(words)
        for part in segmenter.sub_words(word)
    ]
    compounds = [
        (letter, word)
        for letter, own in texts.items()
        for text in own
        for word in segmenter.compounds_in(normalise(text))
    ]
    return GigWords(
        gig_id=gig.pk,
        title=fields["A"],
        tags=fields["B"],
        category=_cut(segmenter, names),
        body=tuple(dict.fromkeys(fields["D"])),
        seller=_cut(segmenter, [gig.seller.profile.display_name]),
        sub_words=tuple(dict.fromkeys([*sub_words, *compounds])),
        category_slug=parent.slug if parent is not None else gig.category.slug,
        subcategory_slug=gig.category.slug,
        # As the gig says it: what its category does not know is never asked for.
        attributes=(
            *(attribute_token(key, option) for key, options in gig.attributes.items() for option in options),
            *language_tokens(gig.seller.profile),
            *written_tokens(gig.language),
        ),
        read_at=read_at,
    )


def _cut(segmenter: Segmenter, texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for text in texts for word in segmenter.cut(normalise(text)))
