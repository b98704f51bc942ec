"""Blocks that show what is for sale: rows of services, and the categories."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_pages import block_groups
from cms_pages.block_examples import example
from cms_pages.blocks import Context, GigPickBlock, HeadedBlock, LinkBlock, WordChoiceBlock, page_cards
from cms_pages.choosers import SnippetChooserBlock
from cms_pages.navigation import navigation
from cms_pages.selectors import category_counts, found_gig_ids, newest_gig_ids, popular_gig_ids


class GigRowSource(TextChoices):
    POPULAR = "popular", _("most ordered")
    NEWEST = "newest", _("newest")
    PICKED = "picked", _("picked by hand")
    SEARCH = "search", _("found by a search")
    PERSONAL = "personal", _("recommended to each visitor")


class RowLayout(TextChoices):
    GRID = "grid", _("grid")
    CAROUSEL = "carousel", _("one row that scrolls sideways")


class GigRowBlock(HeadedBlock):
    """Gig cards: picked by hand, found by a search, the most ordered, or what is recommended to the visitor.

    The page itself holds the same cards for everybody, so that it can be kept; whoever is logged in gets their own
    afterwards, as a part (visitor_views.personal_row).
    """

    source = WordChoiceBlock(label=_("which services"), choices=GigRowSource.choices, default=GigRowSource.POPULAR)
    category = SnippetChooserBlock(
        "gigs.GigCategory",
        label=_("only of this category"),
        required=False,
        help_text=_("For the most ordered, the newest and a search."),
    )
    words = blocks.CharBlock(
        label=_("words searched"), max_length=60, required=False, help_text=_("As somebody would type them.")
    )
    layout = WordChoiceBlock(label=_("layout"), choices=RowLayout.choices, default=RowLayout.GRID)
    count = blocks.IntegerBlock(label=_("how many"), min_value=2, max_value=12, default=8)
    picks = blocks.ListBlock(
        GigPickBlock(), label=_("picked by hand"), min_num=0, max_num=12, default=[], collapsed=True
    )
    link = LinkBlock(label=_("link beside the title"))

    class Meta:
        icon = "list-ul"
        group = block_groups.GOODS
        label = _("Row of services")
        description = _("Service cards, by hand, by a search, the most ordered, or recommended to the visitor.")
        preview_value = example("gig_row")
        template = "cms_pages/blocks/gig_row.html"

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        value = super().clean(value)
        if value["source"] == GigRowSource.PICKED and not any(pick["gig"] for pick in value["picks"]):
            raise blocks.StructBlockValidationError(
                block_errors={"source": ValidationError(_("Pick at least one service below."))}
            )
        if value["source"] == GigRowSource.SEARCH and not (value["words"] or "").strip() and not value["category"]:
            raise blocks.StructBlockValidationError(
                block_errors={"words": ValidationError(_("A search needs words or a category."))}
            )
        return value

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        context["cards"] = page_cards(self._ids(value), context)
        user = getattr(context.get("request"), "user", None)
        is_own = value["source"] == GigRowSource.PERSONAL and user is not None and user.is_authenticated
        context["own_row_count"] = value["count"] if is_own else 0
        return context

    def _ids(self, value: blocks.StructValue) -> list[int]:
        count, category = value["count"] or 8, value.get("category")
        category_id = category.pk if category else None
        if value["source"] == GigRowSource.PICKED:
            return [pick["gig"].pk for pick in value["picks"] if pick["gig"]]
        if value["source"] == GigRowSource.NEWEST:
            return newest_gig_ids(limit=count, category_id=category_id)
        if value["source"] == GigRowSource.SEARCH:
            return found_gig_ids(
                (value["words"] or "").strip(), category_slug=category.slug if category else "", limit=count
            )
        return popular_gig_ids(limit=count, category_id=category_id)


class CategoryGridBlock(HeadedBlock):
    """The categories of the first level, or some of them, each with how much it offers."""

    categories = blocks.ListBlock(
        SnippetChooserBlock("gigs.GigCategory", label=_("category")),
        label=_("only these categories"),
        min_num=0,
        max_num=12,
        default=[],
        help_text=_("None: all of the first level."),
        collapsed=True,
    )
    link = LinkBlock(label=_("link beside the title"))

    class Meta:
        icon = "grip"
        group = block_groups.GOODS
        label = _("Grid of categories")
        description = _("The categories with their icons and the number of services on sale.")
        preview_value = example("categories")
        template = "cms_pages/blocks/category_grid.html"
        is_for_everybody = True

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        wanted = [category.pk for category in value["categories"] if category]
        entries: list[Any] = list(navigation())
        if wanted:
            by_id = {entry.category_id: entry for entry in entries}
            # A category of the second level, or one that is hidden now, has no tile.
            entries = [by_id[pk] for pk in wanted if pk in by_id]
        counts = category_counts()
        context["tiles"] = [(entry, counts.get(entry.category_id)) for entry in entries]
        return context
