"""Blocks of a category page. Some hold no words of their own: they say where in the page something stands."""

from math import sqrt
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_pages import block_groups
from cms_pages.blocks import (
    CallToActionBlock,
    FaqBlock,
    GigPicksBlock,
    HeadedBlock,
    LinkBlock,
    NoteBlock,
    ParagraphBlock,
    ReviewsBlock,
)
from cms_pages.blocks_landing import SellerBlock
from cms_pages.blocks_media import PictureTextBlock, VideoBlock
from cms_pages.blocks_offers import CouponBlock, FormBlock
from cms_pages.choosers import PageChooserBlock
from cms_pages.images import SiteImage
from cms_pages.selectors import GuideRow, price_guide
from marketplace.gigs.models import PackageTier

Context = dict[str, Any]
_RANGE_WIDTH = 300


class SubcategoriesBlock(blocks.StaticBlock):
    """Tiles of the subcategories, with how much they offer and from what price."""

    class Meta:
        icon = "grip"
        group = block_groups.GOODS
        label = _("Subcategories")
        description = _("Tiles of the subcategories, with how much they offer.")
        admin_text = _("Tiles of the subcategories. They come from the pages below this one.")
        template = "cms_pages/blocks/subcategories.html"

    def get_context(self, value: None, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        page = context.get("page")
        context["subcategories"] = page.subcategories() if hasattr(page, "subcategories") else []
        return context


class ListingBlock(HeadedBlock):
    """The live services of the category, 24 a page."""

    class Meta:
        icon = "list-ul"
        group = block_groups.GOODS
        label = _("All services")
        description = _("The live services of the category, 24 a page.")
        template = "cms_pages/blocks/listing.html"

    def render(self, value: blocks.StructValue, context: Context | None = None) -> SafeString:
        """With the request, which Wagtail leaves out of a block's context: the page numbers keep the address's words."""
        request = context.get("request") if context else None
        block_context = self.get_context(value, parent_context=dict(context or {}))
        return render_to_string(self.meta.template, block_context, request=request)


def _scaled(fen: int, highest_fen: int) -> str:
    """A place on the price range's square-root scale: cheap things stay apart, dear ones still fit."""
    return f"{sqrt(fen / highest_fen) * _RANGE_WIDTH:.1f}"


def guide_rows(rows: list[GuideRow]) -> list[dict[str, Any]]:
    """The rows with their names in the page's language and the places of the range drawing."""
    highest = max((row.high_fen for row in rows), default=1)
    english = (get_language() or "").startswith("en")
    return [
        {
            "row": row,
            "name": PackageTier(row.tier).label if row.tier else (row.name_en if english else row.name_zh),
            "track": f"M{_scaled(row.low_fen, highest)} 10H{_scaled(row.high_fen, highest)}",
            "middle": f"M{_scaled(row.quarter_fen, highest)} 10H{_scaled(row.three_quarters_fen, highest)}",
            "median": _scaled(row.median_fen, highest),
        }
        for row in rows
    ]


class PriceGuideBlock(HeadedBlock):
    """What things usually cost here, reckoned from what is for sale."""

    note = blocks.RichTextBlock(label=_("note below the table"), features=["bold", "link"], required=False)
    link = LinkBlock(label=_("link beside the title"))

    class Meta:
        icon = "decimal"
        group = block_groups.PROOF
        label = _("Price guide")
        description = _("What things usually cost here, reckoned from what is for sale.")
        template = "cms_pages/blocks/price_guide.html"

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        page = context.get("page")
        category_id = getattr(page, "category_id", None)
        rows = price_guide(category_id) if category_id else []
        context["rows"] = guide_rows(rows)
        context["prices"] = sum(row.prices for row in rows)
        return context


class ArticlesBlock(blocks.StructBlock):
    """Help articles that belong to the subject."""

    heading = blocks.CharBlock(label=_("title"), max_length=40)
    link = LinkBlock(label=_("link beside the title"))
    articles = blocks.ListBlock(
        PageChooserBlock(page_type="cms_pages.HelpPage", label=_("article")),
        label=_("articles"),
        min_num=1,
        max_num=4,
    )

    class Meta:
        icon = "doc-full"
        group = block_groups.WORDS
        label = _("Articles")
        description = _("Help articles that belong to the subject.")
        template = "cms_pages/blocks/articles.html"

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        pages = [page for page in value["articles"] if page and page.live]
        image_ids = {page.image_id for page in pages} - {None}
        images = SiteImage.objects.in_bulk(image_ids) if image_ids else {}
        context["articles"] = [{"page": page, "image": images.get(page.image_id)} for page in pages]
        return context


class CategoryStreamBlock(blocks.StreamBlock):
    """Everything below the head of a category page, in any order."""

    subcategories = SubcategoriesBlock()
    picks = GigPicksBlock(label=_("Editors' picks"))
    listing = ListingBlock()
    price_guide = PriceGuideBlock()
    faq = FaqBlock(template="cms_pages/blocks/faq_section.html")
    articles = ArticlesBlock()
    paragraph = ParagraphBlock(features=["bold", "italic", "link", "ol", "ul", "h3"])
    note = NoteBlock()
    reviews = ReviewsBlock()
    seller = SellerBlock()
    picture_text = PictureTextBlock()
    video = VideoBlock()
    coupon = CouponBlock()
    form = FormBlock()
    call_to_action = CallToActionBlock(template="cms_pages/blocks/call_to_brief.html")

    class Meta:
        # A category page without its services would be an article.
        block_counts = {
            "subcategories": {"max_num": 1},
            "listing": {"min_num": 1, "max_num": 1},
            "price_guide": {"max_num": 1},
        }
