"""Blocks with a picture or a film beside words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_pages import block_groups
from cms_pages.block_examples import example
from cms_pages.blocks import Context, HeadedBlock, LinkBlock, WordChoiceBlock
from cms_pages.choosers import ImageChooserBlock, SnippetChooserBlock
from cms_pages.images import SiteImage


class Side(TextChoices):
    LEFT = "left", _("on the left")
    RIGHT = "right", _("on the right")


class PictureTextBlock(blocks.StructBlock):
    """A picture with a title and words beside it; on a phone the picture comes first."""

    heading = blocks.CharBlock(label=_("title"), max_length=60)
    text = blocks.RichTextBlock(label=_("text"), features=["bold", "italic", "link", "ol", "ul"], max_length=1200)
    image = ImageChooserBlock(
        label=_("image"), help_text=_("At least 960 pixels wide. It is cut to 4:3 around its focal point.")
    )
    side = WordChoiceBlock(label=_("the picture stands, on wide screens"), choices=Side.choices, default=Side.LEFT)
    link = LinkBlock(label=_("button"))

    class Meta:
        icon = "image"
        group = block_groups.WORDS
        label = _("Picture and text")
        description = _("A picture beside a title, a few sentences and a button.")
        preview_value = example("picture_text")
        template = "cms_pages/blocks/picture_text.html"
        is_for_everybody = True


class VideoBlock(HeadedBlock):
    """A film of our own, with its first picture and captions. Nothing is fetched from another host."""

    video = SnippetChooserBlock("cms_pages.SiteVideo", label=_("film"), help_text=_("Uploaded under “Films”."))
    text = blocks.CharBlock(label=_("line below it"), max_length=240, required=False)

    class Meta:
        icon = "media"
        group = block_groups.WORDS
        label = _("Film")
        description = _("A film from our own server, with captions. It starts only when the visitor wants it.")
        preview_value = example("video")
        template = "cms_pages/blocks/video.html"

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        video = value["video"]
        poster_id = video.poster_id if video else None
        context["poster"] = SiteImage.objects.filter(pk=poster_id).first() if poster_id else None
        return context
