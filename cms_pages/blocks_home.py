"""Blocks of the home page."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_pages import block_groups
from cms_pages.block_examples import example
from cms_pages.blocks import CallToActionBlock, FaqBlock, HeadedBlock, Icon, LinkBlock, ReviewsBlock, WordChoiceBlock
from cms_pages.blocks_gigs import GigRowBlock
from cms_pages.blocks_media import PictureTextBlock, VideoBlock
from cms_pages.blocks_offers import CouponBlock
from cms_pages.choosers import ImageChooserBlock, SnippetChooserBlock
from cms_pages.people import select_sellers
from cms_pages.rules import rule_choices, rule_number
from cms_pages.selectors import prices_from, public_figures

Context = dict[str, Any]


class BundleLineBlock(blocks.StructBlock):
    """One service of an undertaking. The price is the lowest one on sale now."""

    label = blocks.CharBlock(label=_("what"), max_length=40)
    category = SnippetChooserBlock("gigs.GigCategory", label=_("category"), required=False)
    word = blocks.CharBlock(
        label=_("word in the title"), max_length=20, required=False, help_text=_("Narrows the price to titles with it.")
    )


class BundleBlock(blocks.StructBlock):
    """An undertaking that takes several services."""

    title = blocks.CharBlock(label=_("title"), max_length=40)
    image = ImageChooserBlock(label=_("image"), required=False)
    lines = blocks.ListBlock(BundleLineBlock(label=_("service")), label=_("services"), min_num=2, max_num=5)
    link = LinkBlock(label=_("link"))

    class Meta:
        icon = "folder-open-inverse"
        label = _("Undertaking")


class BundlesBlock(HeadedBlock):
    """Whole undertakings: what they need and from what price."""

    bundles = blocks.ListBlock(BundleBlock(), label=_("undertakings"), min_num=1, max_num=4)

    class Meta:
        icon = "folder-open-inverse"
        group = block_groups.GOODS
        label = _("Undertakings")
        description = _("Several services for one purpose, each with its price from.")
        template = "cms_pages/blocks/bundles.html"
        is_for_everybody = True

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        lines = [line for bundle in value["bundles"] for line in bundle["lines"] if line["category"]]
        prices = iter(prices_from([(line["category"].pk, line["word"] or "") for line in lines]))
        context["bundles"] = [
            {
                "bundle": bundle,
                "lines": [
                    {"label": line["label"], "price_fen": next(prices) if line["category"] else None}
                    for line in bundle["lines"]
                ],
            }
            for bundle in value["bundles"]
        ]
        return context


class MoneyStepBlock(blocks.StructBlock):
    """One stage of the way money goes."""

    icon = WordChoiceBlock(label=_("icon"), choices=Icon.choices, default=Icon.LOCK)
    title = blocks.CharBlock(label=_("title"), max_length=60)
    text = blocks.CharBlock(label=_("text"), max_length=240)
    rule_before = blocks.CharBlock(label=_("rule: words before the figure"), max_length=100, required=False)
    setting = WordChoiceBlock(label=_("platform setting"), choices=rule_choices, required=False)
    rule_after = blocks.CharBlock(
        label=_("rule: words after the figure, with its unit"), max_length=160, required=False
    )


class MoneyStepsBlock(HeadedBlock):
    """How money goes, with public figures below."""

    link = LinkBlock(label=_("link beside the title"))
    steps = blocks.ListBlock(MoneyStepBlock(label=_("stage")), label=_("stages"), min_num=2, max_num=4)
    show_figures = blocks.BooleanBlock(label=_("show the public figures"), default=True, required=False)

    class Meta:
        icon = "lock"
        group = block_groups.PROOF
        label = _("How money goes")
        description = _("The stages of an order's money, with public figures below.")
        preview_value = example("money_steps")
        template = "cms_pages/blocks/money_steps.html"
        is_for_everybody = True

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        context["figures"] = public_figures() if value["show_figures"] else None
        context["steps"] = [
            {"step": step, "number": rule_number(step["setting"]) if step["setting"] else ""} for step in value["steps"]
        ]
        return context


class SelectSellersBlock(HeadedBlock):
    """Sellers of the highest level, chosen by the data."""

    link = LinkBlock(label=_("link beside the title"))
    count = blocks.IntegerBlock(label=_("how many"), min_value=2, max_value=8, default=4)

    class Meta:
        icon = "group"
        group = block_groups.GOODS
        label = _("Select sellers")
        description = _("Sellers of the highest level, chosen by the data.")
        preview_value = example("sellers")
        template = "cms_pages/blocks/select_sellers.html"
        is_for_everybody = True

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        context["sellers"] = select_sellers(limit=value["count"])
        return context


class PopularSearchBlock(blocks.StructBlock):
    """A search people often make, under the name they know it by."""

    label = blocks.CharBlock(label=_("words shown"), max_length=24)
    query = blocks.CharBlock(label=_("words searched"), max_length=40)

    class Meta:
        icon = "search"
        label = _("Search")


class HomeStreamBlock(blocks.StreamBlock):
    """Everything below the first screen of the home page."""

    gig_row = GigRowBlock()
    bundles = BundlesBlock()
    money_steps = MoneyStepsBlock()
    select_sellers = SelectSellersBlock()
    reviews = ReviewsBlock()
    coupon = CouponBlock()
    picture_text = PictureTextBlock()
    video = VideoBlock()
    faq = FaqBlock(template="cms_pages/blocks/faq_section.html")
    call_to_action = CallToActionBlock(label=_("Invitation to sellers"))

    class Meta:
        block_counts = {
            "money_steps": {"max_num": 1},
            "select_sellers": {"max_num": 1},
            "reviews": {"max_num": 1},
            "call_to_action": {"max_num": 2},
        }
