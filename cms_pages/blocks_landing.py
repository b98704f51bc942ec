"""Blocks of a campaign page."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_pages import block_groups
from cms_pages.block_examples import example
from cms_pages.blocks import (
    PROSE_FEATURES,
    CallToActionBlock,
    FaqBlock,
    FigureBlock,
    GigPicksBlock,
    HeadedBlock,
    LinkBlock,
    NoteBlock,
    ParagraphBlock,
    ReviewsBlock,
    RuleBlock,
)
from cms_pages.blocks_gigs import CategoryGridBlock, GigRowBlock
from cms_pages.blocks_home import MoneyStepsBlock, SelectSellersBlock
from cms_pages.blocks_media import PictureTextBlock, VideoBlock
from cms_pages.blocks_offers import CouponBlock, FormBlock
from cms_pages.choosers import ImageChooserBlock
from cms_pages.people import seller_card
from marketplace.core import clock, page_cache

Context = dict[str, Any]


class CountdownBlock(blocks.StructBlock):
    """When the campaign ends. After that the page says so, and the rest of it stays as it is."""

    ends_at = blocks.DateTimeBlock(label=_("ends at"), required=False)
    note = blocks.CharBlock(label=_("what holds until then"), max_length=120, required=False)

    class Meta:
        icon = "time"
        group = block_groups.PROMOTION
        label = _("End of the campaign")
        description = _("When the campaign ends, and how long that is from now.")
        preview_value = example("countdown")
        template = "cms_pages/blocks/countdown.html"

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        ends_at = value.get("ends_at")
        if ends_at is None:
            return context
        if timezone.is_naive(ends_at):  # typed into JSON by hand; the editor's form gives an aware one
            ends_at = timezone.make_aware(ends_at)
        context["ends_at"] = ends_at
        page_cache.shows(until=ends_at)
        seconds = max(0, int((ends_at - clock.now()).total_seconds()))
        context["is_over"] = seconds == 0
        context["left"] = {"days": seconds // 86400, "hours": seconds % 86400 // 3600, "minutes": seconds % 3600 // 60}
        return context


class SlipLineBlock(blocks.StructBlock):
    """A line of the worked example."""

    title = blocks.CharBlock(label=_("what"), max_length=20)
    remark = blocks.CharBlock(label=_("when"), max_length=40, required=False)
    yuan = blocks.IntegerBlock(label=_("yuan"), min_value=0, max_value=1_000_000)
    done = blocks.BooleanBlock(label=_("accepted"), required=False)


class SlipBlock(blocks.StructBlock):
    """A worked example, as the slip of one undertaking. The sum is reckoned, not typed."""

    owner = blocks.CharBlock(label=_("whose"), max_length=40, required=False)
    stamp = blocks.CharBlock(label=_("stamp"), max_length=16, required=False)
    title = blocks.CharBlock(label=_("title"), max_length=40, required=False)
    lines = blocks.ListBlock(SlipLineBlock(label=_("line")), label=_("lines"), min_num=0, max_num=6, default=[])

    class Meta:
        icon = "doc-full"
        label = _("Worked example")
        template = "cms_pages/blocks/slip.html"
        is_for_everybody = True
        collapsed = True

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        context["lines"] = [{**line, "fen": line["yuan"] * 100} for line in value["lines"]]
        context["total_fen"] = sum(line["fen"] for line in context["lines"])
        return context


class HeroBlock(blocks.StructBlock):
    """The first screen of a campaign."""

    kicker = blocks.CharBlock(label=_("line above the title"), max_length=60, required=False)
    title = blocks.CharBlock(label=_("title"), max_length=60)
    title_second_line = blocks.CharBlock(label=_("second line of the title"), max_length=60, required=False)
    text = blocks.CharBlock(label=_("text"), max_length=320, required=False)
    primary = LinkBlock(label=_("main button"))
    secondary = LinkBlock(label=_("second button"))
    show_search = blocks.BooleanBlock(label=_("show the search field"), required=False, default=False)
    search_placeholder = blocks.CharBlock(label=_("words in the empty search field"), max_length=60, required=False)
    countdown = CountdownBlock(label=_("end of the campaign"), required=False)
    image = ImageChooserBlock(label=_("image"), required=False)
    slip = SlipBlock(label=_("worked example"))

    class Meta:
        icon = "title"
        group = block_groups.OPENING
        label = _("First screen")
        description = _("Title, text and two buttons, with a search field, a picture or a worked example.")
        preview_value = example("hero")
        template = "cms_pages/blocks/hero.html"


class WeekBlock(blocks.StructBlock):
    """One stretch of the way."""

    when = blocks.CharBlock(label=_("when"), max_length=20)
    title = blocks.CharBlock(label=_("title"), max_length=60)
    text = blocks.CharBlock(label=_("text"), max_length=240, required=False)
    price = blocks.CharBlock(label=_("price in words"), max_length=20, required=False)


class WeeksBlock(HeadedBlock):
    """The stretches of an undertaking, one after another."""

    steps = blocks.ListBlock(WeekBlock(label=_("stretch")), label=_("stretches"), min_num=2, max_num=6)

    class Meta:
        icon = "list-ol"
        group = block_groups.PROOF
        label = _("Stretches of the way")
        description = _("The stretches of an undertaking, one after another.")
        preview_value = example("weeks")
        template = "cms_pages/blocks/weeks.html"
        is_for_everybody = True


class PlanBlock(blocks.StructBlock):
    """One way to do it: a column of the comparison."""

    name = blocks.CharBlock(label=_("name"), max_length=30)
    remark = blocks.CharBlock(label=_("for whom"), max_length=60, required=False)
    yuan = blocks.IntegerBlock(label=_("yuan"), min_value=0, max_value=1_000_000, required=False)
    recommended = blocks.BooleanBlock(label=_("set apart"), required=False)
    link = LinkBlock(label=_("button"))


class CompareRowBlock(blocks.StructBlock):
    """A row of the comparison."""

    label = blocks.CharBlock(label=_("what"), max_length=40)
    cells = blocks.ListBlock(
        blocks.CharBlock(label=_("cell"), max_length=60, required=False),
        label=_("cells"),
        min_num=2,
        max_num=4,
        help_text=_("Words, or yes or no. One cell for each way."),
    )


YES_WORDS = frozenset({"yes", "y", "true", "✓", "是", "有", "含"})
NO_WORDS = frozenset({"", "no", "n", "false", "—", "-", "否", "无", "不含"})


def compare_cell(text: str) -> bool | str:
    """A cell of the comparison: True and False are drawn as signs, anything else is shown as written."""
    word = (text or "").strip().lower()
    return True if word in YES_WORDS else False if word in NO_WORDS else text


class CompareBlock(HeadedBlock):
    """Ways to do it, side by side."""

    anchor = blocks.CharBlock(label=_("name for links to it"), max_length=20, required=False, default="plan")
    plans = blocks.ListBlock(PlanBlock(label=_("way")), label=_("ways"), min_num=2, max_num=4)
    rows = blocks.ListBlock(CompareRowBlock(label=_("row")), label=_("rows"), min_num=1, max_num=12)

    class Meta:
        icon = "table"
        group = block_groups.PROOF
        label = _("Comparison")
        description = _("Two to four ways to do it, side by side.")
        preview_value = example("compare")
        template = "cms_pages/blocks/compare.html"
        is_for_everybody = True

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        value = super().clean(value)
        if any(len(row["cells"]) != len(value["plans"]) for row in value["rows"]):
            raise blocks.StructBlockValidationError(
                block_errors={"rows": ValidationError(_("Each row needs one cell for each way."))}
            )
        return value

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        plans = list(value["plans"])
        context["plans"] = [{"plan": plan, "fen": plan["yuan"] * 100 if plan["yuan"] else None} for plan in plans]
        context["rows"] = [
            {
                "label": row["label"],
                "cells": [
                    {"content": compare_cell(cell), "recommended": plan["recommended"]}
                    for cell, plan in zip(row["cells"], plans, strict=False)
                ],
            }
            for row in value["rows"]
        ]
        return context


class SellerBlock(blocks.StructBlock):
    """One seller, with a sentence of theirs and figures from the data."""

    heading = blocks.CharBlock(label=_("title"), max_length=40)
    handle = blocks.CharBlock(label=_("address of the seller"), max_length=40, help_text=_("The last part of /u/…/."))
    quote = blocks.CharBlock(label=_("a sentence of theirs"), max_length=80, required=False)
    text = blocks.CharBlock(label=_("text"), max_length=240, required=False)
    images = blocks.ListBlock(ImageChooserBlock(label=_("image")), label=_("images"), min_num=0, max_num=3, default=[])

    class Meta:
        icon = "user"
        group = block_groups.GOODS
        label = _("A seller")
        description = _("One seller with a sentence of theirs and figures from the data.")
        preview_value = example("seller")
        template = "cms_pages/blocks/seller.html"
        is_for_everybody = True

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        context["seller"] = seller_card(handle_of(value["handle"] or ""))
        return context

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        value = super().clean(value)
        value["handle"] = handle_of(value["handle"])
        if seller_card(value["handle"]) is None:
            raise blocks.StructBlockValidationError(
                block_errors={"handle": ValidationError(_("Nobody active has this address. Copy it from their page."))}
            )
        return value


def handle_of(text: str) -> str:
    """The seller's own part of an address, from it alone or from the whole address of their page."""
    return text.strip().rstrip("/").rsplit("/", 1)[-1]


class LandingStreamBlock(blocks.StreamBlock):
    """A campaign page is a stack of these."""

    hero = HeroBlock()
    call_to_action = CallToActionBlock()
    picks = GigPicksBlock()
    gig_row = GigRowBlock()
    categories = CategoryGridBlock()
    seller = SellerBlock()
    sellers = SelectSellersBlock()
    steps = WeeksBlock()
    compare = CompareBlock()
    reviews = ReviewsBlock()
    faq = FaqBlock(template="cms_pages/blocks/faq_section.html")
    money_steps = MoneyStepsBlock()
    rule = RuleBlock(template="cms_pages/blocks/rule_section.html")
    picture_text = PictureTextBlock()
    video = VideoBlock()
    paragraph = ParagraphBlock(features=PROSE_FEATURES, template="cms_pages/blocks/paragraph_section.html")
    image = FigureBlock(template="cms_pages/blocks/figure_section.html")
    note = NoteBlock(template="cms_pages/blocks/note_section.html")
    countdown = CountdownBlock(template="cms_pages/blocks/countdown_section.html")
    coupon = CouponBlock()
    form = FormBlock()

    class Meta:
        # One first screen, one date: two would contradict each other.
        block_counts = {
            "hero": {"max_num": 1},
            "countdown": {"max_num": 1},
            "money_steps": {"max_num": 1},
            "coupon": {"max_num": 3},
            "form": {"max_num": 1},
        }
        max_num = 24
