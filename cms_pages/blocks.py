"""The blocks that several kinds of page share. The others are in blocks_home, blocks_category and blocks_landing."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_pages import block_groups
from cms_pages.addresses import may_be_linked
from cms_pages.block_examples import example
from cms_pages.choosers import ImageChooserBlock, PageChooserBlock, SnippetChooserBlock
from cms_pages.people import quotes
from cms_pages.rules import rule_choices, rule_in_words, rule_number
from marketplace.core import page_cache
from marketplace.gigs.cards import GigCard, gig_cards

PROSE_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul", "h2", "h3", "hr"]
SHORT_FEATURES = ["bold", "link"]
Context = dict[str, Any]


def page_cards(gig_ids: list[int], context: Context) -> list[GigCard]:
    """Cards of these gigs as the reader of the page sees them."""
    # Those too that are not in lists now: they may be again.
    page_cache.shows(*(f"gig:{gig_id}" for gig_id in gig_ids))
    return gig_cards(gig_ids, user=getattr(context.get("request"), "user", None), only_listed=True)


class WordChoiceBlock(blocks.ChoiceBlock):
    """A choice between words. What is stored is the word, and is taken as it stands.

    Wagtail compares it with each choice whenever a page is read, in case the choice is a number, and asks for all labels
    meanwhile: a ninth of the time that the home page took.
    """

    def normalize_choice(self, value: Any) -> Any:
        return value


class Icon(TextChoices):
    """Line icons an editor may choose (static/img/icons.svg)."""

    LOCK = "lock", _("Lock")
    DOC = "doc", _("Document")
    BOX = "box", _("Box")
    SHIELD = "shield", _("Shield")
    CLOCK = "clock", _("Clock")
    CHAT = "chat", _("Talk")
    SEARCH = "search", _("Search")
    WALLET = "wallet", _("Wallet")
    CHECK = "check-circle", _("Check mark")
    STAR = "star", _("Star")
    USER = "user", _("Person")
    FLAG = "flag", _("Flag")


class LinkValue(blocks.StructValue):
    """Where a link leads: the chosen page, else a search, else the address."""

    @property
    def href(self) -> str:
        if page := self.get("page"):
            return (page.url or "") if page.live else ""  # one that was taken down leads nowhere
        if words := self.get("search"):
            return f"{reverse('discovery:search')}?{urlencode({'q': words})}"
        address = self.get("address") or ""
        return address if may_be_linked(address) else ""  # stored before the form looked


class LinkBlock(blocks.StructBlock):
    """Words that lead somewhere. Nothing is shown when the words or the target are missing."""

    text = blocks.CharBlock(label=_("words of the link"), max_length=40, required=False)
    page = PageChooserBlock(label=_("page"), required=False)
    search = blocks.CharBlock(label=_("or a search for"), max_length=60, required=False)
    address = blocks.CharBlock(
        label=_("or an address"), max_length=200, required=False, help_text=_("Such as /help/ or #live.")
    )

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Refuse addresses that would run something, or that look like ours and are not."""
        cleaned = super().clean(value)
        address = (cleaned.get("address") or "").strip()
        if address and not may_be_linked(address):
            message = _("Begin with / for a page of ours, # for a place on this page, or https:// for another site.")
            raise blocks.StructBlockValidationError(block_errors={"address": ValidationError(message)})
        cleaned["address"] = address
        return cleaned

    class Meta:
        icon = "link"
        label = _("Link")
        value_class = LinkValue
        collapsed = True


class HeadedBlock(blocks.StructBlock):
    """A block with the double rule, a title and a line under it."""

    heading = blocks.CharBlock(label=_("title"), max_length=60)
    lead = blocks.CharBlock(label=_("line beside the title"), max_length=140, required=False)


class ParagraphBlock(blocks.RichTextBlock):
    """Running text."""

    class Meta:
        icon = "pilcrow"
        group = block_groups.WORDS
        label = _("Running text")
        description = _("Paragraphs, lists and headings.")
        preview_value = example("paragraph")
        template = "cms_pages/blocks/paragraph.html"


class StepBlock(blocks.StructBlock):
    """One step of an instruction."""

    title = blocks.CharBlock(label=_("title"), max_length=80)
    text = blocks.RichTextBlock(label=_("text"), features=SHORT_FEATURES, required=False)

    class Meta:
        icon = "list-ol"
        label = _("Step")


class StepsBlock(blocks.StructBlock):
    """A numbered instruction."""

    heading = blocks.CharBlock(label=_("title"), max_length=60, required=False)
    steps = blocks.ListBlock(StepBlock(), label=_("steps"), min_num=2, max_num=9)

    class Meta:
        icon = "list-ol"
        group = block_groups.WORDS
        label = _("Steps")
        description = _("A numbered instruction.")
        preview_value = example("steps")
        template = "cms_pages/blocks/steps.html"


def figure_of(value: blocks.StructValue) -> str:
    """The figure of a rule as the page shows it: of the platform's setting when there is one, else as written."""
    if not value["setting"]:
        return value.get("figure") or ""
    return rule_number(value["setting"]) if value["without_unit"] else rule_in_words(value["setting"])


class RuleLineBlock(blocks.StructBlock):
    """One figure of a rule: taken from the platform's settings when a setting is chosen, else as written."""

    label = blocks.CharBlock(label=_("what"), max_length=40, required=False)
    before = blocks.CharBlock(label=_("words before the figure"), max_length=100, required=False)
    setting = WordChoiceBlock(
        label=_("platform setting"),
        choices=rule_choices,
        required=False,
        help_text=_("The page shows the value in force, also after somebody changes it."),
    )
    figure = blocks.CharBlock(label=_("or the figure in words"), max_length=40, required=False)
    without_unit = blocks.BooleanBlock(
        label=_("the number alone"), required=False, help_text=_("When the words after it name the unit.")
    )
    after = blocks.CharBlock(label=_("words after the figure"), max_length=160, required=False)

    class Meta:
        icon = "decimal"
        label = _("Figure")

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        context["figure"] = figure_of(value)
        # Between Latin words and a figure stands a space, which the form's field does not keep.
        space = " " if (get_language() or "").startswith("en") else ""
        before, after = (value.get("before") or "").rstrip(), (value.get("after") or "").lstrip()
        context["before"] = before + space if before else ""
        context["after"] = (space if after[:1].isalnum() else "") + after
        return context


class RuleBlock(blocks.StructBlock):
    """Figures that are rules, with number and date."""

    lines = blocks.ListBlock(
        RuleLineBlock(template="cms_pages/blocks/rule_line.html"), label=_("values"), min_num=1, max_num=6
    )
    reference = blocks.CharBlock(
        label=_("number of the rule"), max_length=120, required=False, help_text=_("Number, version, since when.")
    )
    link = LinkBlock(label=_("link"))

    class Meta:
        icon = "lock"
        group = block_groups.PROOF
        label = _("Rule")
        description = _("Figures that are rules, taken from the platform's settings.")
        preview_value = example("rule")
        template = "cms_pages/blocks/rule.html"


class NoteTone(TextChoices):
    PLAIN = "plain", _("Plain")
    SAFE = "safe", _("Money held, or work done")
    TIME = "time", _("A deadline")
    DANGER = "danger", _("A danger")


class NoteBlock(blocks.StructBlock):
    """A remark that must not be overlooked."""

    tone = WordChoiceBlock(label=_("kind"), choices=NoteTone.choices, default=NoteTone.PLAIN)
    text = blocks.RichTextBlock(label=_("text"), features=SHORT_FEATURES)

    class Meta:
        icon = "info-circle"
        group = block_groups.WORDS
        label = _("Note")
        description = _("A remark that must not be overlooked.")
        preview_value = example("note")
        template = "cms_pages/blocks/note.html"


class CaseBlock(blocks.StructBlock):
    """Something that can go wrong, and what then holds."""

    title = blocks.CharBlock(label=_("what happened"), max_length=100)
    text = blocks.RichTextBlock(label=_("what then holds"), features=SHORT_FEATURES)


class CasesBlock(blocks.StructBlock):
    """When things do not go smoothly."""

    heading = blocks.CharBlock(label=_("title"), max_length=60, required=False)
    cases = blocks.ListBlock(CaseBlock(label=_("unexpected case")), label=_("unexpected cases"), min_num=1, max_num=8)

    class Meta:
        icon = "warning"
        group = block_groups.PROOF
        label = _("Cases")
        description = _("What can go wrong, and what then holds.")
        preview_value = example("cases")
        template = "cms_pages/blocks/cases.html"


class QuestionBlock(blocks.StructBlock):
    """A question and its answer."""

    question = blocks.CharBlock(label=_("question"), max_length=120)
    answer = blocks.RichTextBlock(label=_("answer"), features=["bold", "link", "ul"])

    class Meta:
        icon = "help"
        label = _("Question")


class FaqBlock(blocks.StructBlock):
    """Questions that fold open; the first is open."""

    heading = blocks.CharBlock(label=_("title"), max_length=60, required=False)
    link = LinkBlock(label=_("link beside the title"))
    questions = blocks.ListBlock(QuestionBlock(), label=_("questions"), min_num=1, max_num=12)

    class Meta:
        icon = "help"
        group = block_groups.PROOF
        label = _("Questions")
        description = _("Questions that fold open. Search engines show them too.")
        preview_value = example("faq")
        template = "cms_pages/blocks/faq.html"
        is_for_everybody = True


class FigureBlock(blocks.StructBlock):
    """A picture with its caption."""

    image = ImageChooserBlock(label=_("image"))
    caption = blocks.CharBlock(label=_("caption"), max_length=200, required=False)

    class Meta:
        icon = "image"
        group = block_groups.WORDS
        label = _("Image")
        description = _("One picture over the full width, with a caption.")
        preview_value = example("image")
        template = "cms_pages/blocks/figure.html"


class GigPickBlock(blocks.StructBlock):
    """A gig, and why an editor picked it."""

    gig = SnippetChooserBlock("gigs.Gig", label=_("service"))
    reason = blocks.CharBlock(label=_("why"), max_length=120, required=False)

    class Meta:
        icon = "pick"
        label = _("Picked service")


class GigPicksBlock(HeadedBlock):
    """Gigs that editors picked by hand, the reason above each card."""

    anchor = blocks.CharBlock(label=_("name for links to it"), max_length=20, required=False)
    link = LinkBlock(label=_("link beside the title"))
    picks = blocks.ListBlock(GigPickBlock(), label=_("services"), min_num=1, max_num=8)

    class Meta:
        icon = "pick"
        group = block_groups.GOODS
        label = _("Picked services")
        description = _("Service cards picked by hand, with the reason above each.")
        preview_value = example("picks")
        template = "cms_pages/blocks/gig_picks.html"

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        picks = [pick for pick in value["picks"] if pick["gig"]]
        cards = {card.gig_id: card for card in page_cards([pick["gig"].pk for pick in picks], context)}
        # A gig that is paused or taken down, or whose seller takes no orders, leaves its place without a trace.
        context["picks"] = [
            {"card": cards[pick["gig"].pk], "reason": pick["reason"]} for pick in picks if pick["gig"].pk in cards
        ]
        return context


class CallToActionBlock(blocks.StructBlock):
    """A sentence, a line and one button."""

    heading = blocks.CharBlock(label=_("title"), max_length=60)
    text = blocks.CharBlock(label=_("text"), max_length=300, required=False)
    link = LinkBlock(label=_("button"))

    class Meta:
        icon = "arrow-right"
        group = block_groups.OPENING
        label = _("Call to action")
        description = _("A sentence and one button, to end a page with.")
        preview_value = example("call_to_action")
        template = "cms_pages/blocks/call_to_action.html"
        is_for_everybody = True


class ReviewsBlock(HeadedBlock):
    """What buyers wrote lately, chosen by the data and not by hand."""

    category = SnippetChooserBlock("gigs.GigCategory", label=_("only of this category"), required=False)
    count = blocks.IntegerBlock(label=_("how many"), min_value=1, max_value=6, default=3)
    minimum_stars = blocks.IntegerBlock(
        label=_("from how many stars"),
        min_value=1,
        max_value=5,
        default=4,
        help_text=_("Below 4 the row also shows what went wrong; say so in the title."),
    )

    class Meta:
        icon = "openquote"
        group = block_groups.PROOF
        label = _("Reviews")
        description = _("What buyers wrote lately after accepted orders, word for word.")
        preview_value = example("reviews")
        template = "cms_pages/blocks/reviews.html"
        is_for_everybody = True

    def get_context(self, value: blocks.StructValue, parent_context: Context | None = None) -> Context:
        context = super().get_context(value, parent_context)
        category = value["category"]
        context["quotes"] = quotes(
            limit=value["count"] or 3,
            category_id=category.pk if category else None,
            minimum_stars=value.get("minimum_stars") or 1,
        )
        return context


class ProseStreamBlock(blocks.StreamBlock):
    """The body of a help or standard page."""

    paragraph = ParagraphBlock(features=PROSE_FEATURES)
    steps = StepsBlock()
    rule = RuleBlock()
    note = NoteBlock()
    cases = CasesBlock()
    faq = FaqBlock()
    image = FigureBlock()
