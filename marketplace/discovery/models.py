import re
import unicodedata

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Django finds tables in the module `models`.
from marketplace.discovery.analytics.models import (  # noqa: F401
    JudgedScore,
    JudgedSet,
    SearchClick,
    SearchDay,
    ThesaurusCandidate,
)
from marketplace.discovery.promotion_models import Promotion  # noqa: F401
from marketplace.discovery.recommending.models import (  # noqa: F401
    GigDismissal,
    GigView,
    PersonalisationOff,
    RecommendationRun,
)
from marketplace.discovery.suggestion_models import (  # noqa: F401
    SavedSearchHit,
    SearchAlert,
    SearchPause,
    SearchPreference,
    SearchSuggestion,
    SuggestionBan,
)


class GigDocument(models.Model):
    """What the PostgreSQL engine knows of a live gig: its words, cut and folded in Python, and what it is filtered by."""

    gig = models.OneToOneField("gigs.Gig", on_delete=models.CASCADE, primary_key=True, related_name="document")
    words = SearchVectorField()
    # Words of title and tags, for the scorer: it must know where a word was found.
    title_tokens = ArrayField(models.CharField(max_length=80), default=list)
    tag_tokens = ArrayField(models.CharField(max_length=80), default=list)
    body_tokens = ArrayField(models.CharField(max_length=80), default=list)
    category_slug = models.CharField(max_length=60)
    subcategory_slug = models.CharField(max_length=60)
    # What the gig says of its category's attributes, as tokens: ["file-formats:ai", "style:flat"].
    attributes = ArrayField(models.CharField(max_length=61), default=list, db_default=[])
    # What search filters and sorts by, so that it joins nothing. A trigger copies it from the gig, its figures and its
    # seller in the transaction that changes them (migration 0007): nobody else writes it.
    seller_id = models.BigIntegerField(default=0, db_default=0, editable=False)
    is_listed = models.BooleanField(
        default=False, db_default=False, editable=False
    )  # live, and its seller's account open
    price_fen = models.BigIntegerField(default=0, db_default=0, editable=False)
    delivery_days = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    level = models.CharField(max_length=8, default="", db_default="", editable=False)
    orders = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    rating_sum = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # In coarse steps: it is indexed, and one more order seldom moves it.
    popularity = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # No later than the gig was read for it: whoever changed it after that is not in it (tasks.catch_up).
    indexed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        indexes = [
            # What frequent words are looked for in: the most popular first, up to a window (engines/postgres.py).
            models.Index(fields=["-popularity", "-gig"], condition=Q(is_listed=True), name="discovery_popular"),
            models.Index(
                fields=["category_slug", "-popularity", "-gig"],
                condition=Q(is_listed=True),
                name="discovery_popular_cat",
            ),
            models.Index(
                fields=["subcategory_slug", "-popularity", "-gig"],
                condition=Q(is_listed=True),
                name="discovery_popular_sub",
            ),
            models.Index(fields=["price_fen", "-gig"], condition=Q(is_listed=True), name="discovery_cheapest"),
            models.Index(fields=["seller_id"], name="discovery_of_seller"),
            GinIndex(fields=["words"], name="discovery_words"),
            # The filters by attribute (engines/postgres.py), when there is more than can be scored.
            GinIndex(fields=["attributes"], name="discovery_attributes"),
        ]

    def __str__(self) -> str:
        return f"{self.gig_id}"


class SearchHistory(models.Model):
    """A search that was made, with its pages and filters: what was asked, how it was understood, what was found.

    Written by analytics/recording.py; what is older than `discovery.search_days` belongs to nobody, and after
    `discovery.search_rows_days` it goes (analytics/anonymising.py).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="searches"
    )
    query = models.CharField(_("query"), max_length=200)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    result_count = models.PositiveIntegerField(_("results"))
    created_at = models.DateTimeField(auto_now_add=True)
    folded = models.CharField(_("query, folded"), max_length=200, blank=True, default="", db_default="")
    sort = models.CharField(_("order"), max_length=12, blank=True, default="", db_default="")
    page = models.PositiveSmallIntegerField(_("last page seen"), default=1, db_default=1)
    plan = models.JSONField(_("how it was understood"), default=dict, db_default={}, blank=True)
    took_ms = models.PositiveIntegerField(_("milliseconds"), null=True, blank=True)
    # Which browser, of this month alone (analytics/visitors.py). Searches of the same one, one after the other, are attempts.
    visitor = models.CharField(_("visitor"), max_length=32, blank=True, default="", db_default="")
    # The lists that were seen: address, number of the first place, gigs, those below the list, advertisements.
    shown = models.JSONField(_("what was shown"), default=list, db_default=[], blank=True)
    last_at = models.DateTimeField(_("last seen at"), null=True, blank=True)

    class Meta:
        verbose_name = _("search")
        verbose_name_plural = _("search history")
        indexes = [
            models.Index(fields=["user", "-id"], name="discovery_history_of_user"),
            models.Index(fields=["visitor", "folded"], condition=~models.Q(visitor=""), name="discovery_history_lines"),
            models.Index(fields=["created_at"], name="discovery_history_time"),
        ]

    def __str__(self) -> str:
        return self.query


class SearchFilter(models.Model):
    """A search somebody keeps (关注的搜索)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="search_filters")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("query"), max_length=200, blank=True)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    alerts = models.CharField(
        _("news of it"), max_length=8, choices=SearchAlert, default=SearchAlert.NONE, db_default=SearchAlert.NONE
    )
    # Up to when services that were published are looked through, when its person last opened it, when they were last told.
    looked_until = models.DateTimeField(_("looked until"), null=True, blank=True)
    seen_at = models.DateTimeField(_("opened"), null=True, blank=True)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")

    def __str__(self) -> str:
        return self.name


class RecommendationReason(models.TextChoices):
    BOUGHT = "bought", _("Bought by the same people")
    KEPT = "kept", _("Kept by the same people")
    VIEWED = "viewed", _("Looked at by the same people")


class Recommendation(models.Model):
    """A gig to show beside another, with the reason that is shown with it."""

    source_gig = models.ForeignKey("gigs.Gig", on_delete=models.CASCADE, related_name="recommendations")
    target_gig = models.ForeignKey("gigs.Gig", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=20, choices=RecommendationReason)
    # How many people stand behind it, at least three (recommending/computing.py).
    people = models.PositiveIntegerField(_("people"), default=0, db_default=0)
    score = models.FloatField(_("score"))
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        constraints = [
            models.UniqueConstraint(fields=["source_gig", "target_gig", "reason"], name="discovery_recommendation_once")
        ]

    def __str__(self) -> str:
        return f"{self.source_gig_id} → {self.target_gig_id}"


class ThesaurusKind(models.TextChoices):
    SAME = "same", _("Words for the same thing")
    TAIWAN = "taiwan", _("Taiwan's word, then ours")
    GENERIC = "generic", _("Words that say little alone")


class ThesaurusEntry(models.Model):
    """Words that a search takes for one another. A word may say what a hit of it is worth, in hundredths: `口译:60`."""

    kind = models.CharField(_("what it is"), max_length=8, choices=ThesaurusKind, default=ThesaurusKind.SAME)
    words = models.CharField(
        pgettext_lazy("of the thesaurus", "words"),
        max_length=600,
        help_text=_("With spaces between; each finds all the others."),
    )
    narrower = models.CharField(
        _("kinds of it"),
        max_length=600,
        blank=True,
        help_text=_("Found by the words above, and find them a little: 翻译 has the kind 口译."),
    )
    near = models.CharField(
        _("words that come near it"),
        max_length=600,
        blank=True,
        help_text=_("Found by the words above, far below what fits. A number says how much: 口译:60 is worth 60 %."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("entry of the thesaurus")
        verbose_name_plural = _("thesaurus")
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ThesaurusKind.values), name="discovery_thesaurus_known_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        """What would mean nothing, or something else than it says, is not taken. Raises ValidationError by field."""
        for name in ("words", "narrower", "near"):
            # A Chinese keyboard gives its own commas and colons.
            setattr(
                self,
                name,
                " ".join(re.split(r"[\s,、;。]+", unicodedata.normalize("NFKC", getattr(self, name)))).strip(),
            )
        problems = {name: problem for name in ("words", "narrower", "near") if (problem := self._problem(name))}
        words = self.words.split()
        if "words" not in problems:
            if self.kind == ThesaurusKind.TAIWAN and len(words) != 2:
                problems["words"] = _("Two words: Taiwan's, then ours.")
            elif self.kind == ThesaurusKind.SAME and len([*words, *self.narrower.split(), *self.near.split()]) < 2:
                problems["words"] = _(
                    "One word alone stands for nothing else. Add a second one, a kind of it or one near it."
                )
            elif any(
                set(other.split()) == set(words)
                for other in ThesaurusEntry.objects.filter(kind=self.kind, words__contains=words[0])
                .exclude(pk=self.pk)
                .values_list("words", flat=True)
            ):
                problems["words"] = _("There is an entry of these words already.")
        if problems:
            raise ValidationError(problems)

    def _problem(self, name: str) -> str:
        seen = set()
        for text in getattr(self, name).split():
            word, colon, number = text.partition(":")
            if not word or (colon and not (number.isascii() and number.isdigit() and 1 <= int(number) <= 100)):
                return _("“%(text)s”: after the colon stands a number from 1 to 100, as in 口译:60.") % {"text": text}
            if word in seen:
                return _("“%(text)s” stands here twice.") % {"text": word}
            seen.add(word)
        return "" if seen or name != "words" else _("At least one word is needed.")


class DictionaryVersion(models.Model):
    """The words that every document was cut by: queries are cut by the same, until the next rebuild swaps them whole."""

    version = models.CharField(_("version"), max_length=12)
    words = models.TextField(_("words"))
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("dictionary of the search")
        verbose_name_plural = _("dictionaries of the search")

    def __str__(self) -> str:
        return self.version


class LexiconSnapshot(models.Model):
    """The catalogue's words, counted once for all processes where each cannot read all gigs (language/snapshot.py)."""

    content = models.BinaryField(_("content"))  # JSON, compressed
    documents = models.PositiveIntegerField(_("services counted"))
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("count of the catalogue's words")
        verbose_name_plural = _("counts of the catalogue's words")

    def __str__(self) -> str:
        return f"{self.documents}"


class SearchReplica(models.Model):
    """A search cluster that is kept up to date. While there is one, the database notes each gig that changes."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("search cluster")
        verbose_name_plural = _("search clusters")

    def __str__(self) -> str:
        return self.name


class SearchChange(models.Model):
    """A gig that changed, of which the search cluster was not told yet. Written by triggers with the change (migration 0005)."""

    gig_id = models.BigIntegerField(_("service"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("change to send")
        verbose_name_plural = _("changes to send")

    def __str__(self) -> str:
        return f"{self.gig_id}"
