"""Blocks that a visitor acts on: a coupon to take, a form to send.

The page stays the same for everybody and can be kept: what is the visitor's own (the button with its token, "taken") is a
part that is fetched when the block comes into view. Without script a link leads to a page of its own.
"""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_pages import block_groups
from cms_pages.block_examples import example
from cms_pages.blocks import Context, HeadedBlock
from cms_pages.choosers import PageChooserBlock, SnippetChooserBlock
from cms_pages.coupons import coupon_address, coupon_terms
from marketplace.core import page_cache


class CouponBlock(blocks.StructBlock):
    """A coupon that is filled in at the checkout once it is taken. Its terms are the coupon's own, not typed again."""

    coupon = SnippetChooserBlock("orders.Coupon", label=_("coupon"))
    note = blocks.CharBlock(
        label=_("a line about it"),
        max_length=120,
        required=False,
        help_text=_("Amount, conditions and dates are shown anyway."),
    )

    class Meta:
        icon = "tag"
        group = block_groups.PROMOTION
        label = _("Coupon")
        description = _("A coupon with a button to take it. It goes by itself when it is over or used up.")
        preview_value = example("coupon")
        template = "cms_pages/blocks/coupon.html"

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        coupon = value["coupon"]
        if coupon:
            for moment in (coupon.starts_at, coupon.ends_at):
                page_cache.shows(f"coupon:{coupon.pk}", until=moment)
        context["terms"] = coupon_terms(coupon) if coupon else None
        context["address"] = coupon_address(coupon) if coupon else ""
        return context


class FormBlock(HeadedBlock):
    """A form of the editors, within the page."""

    form = PageChooserBlock(
        page_type="cms_pages.FormPage", label=_("form"), help_text=_("Made as a page of its own, below the topics.")
    )

    class Meta:
        icon = "form"
        group = block_groups.PROMOTION
        label = _("Form")
        description = _("A form with consent and protection from spam. What is sent is seen by marketers alone.")
        preview_value = example("form")
        template = "cms_pages/blocks/form.html"

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        page = value["form"]
        context["form_page"] = page if page is not None and page.live else None
        return context
