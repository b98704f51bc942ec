"""Tables of the search analytics. `discovery.models` imports them: Django finds tables there."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SearchClick(models.Model):
    """A gig that was opened from the results of a search: once for each search, however often."""

    search = models.ForeignKey("discovery.SearchHistory", on_delete=models.CASCADE, related_name="clicks")
    gig = models.ForeignKey("gigs.Gig", on_delete=models.CASCADE, related_name="+")
    # Counted from 1 through all pages; empty for 相关推荐, which stands below the list and has no place in it.
    place = models.PositiveSmallIntegerField(_("place"), null=True, blank=True)
    is_promoted = models.BooleanField(_("advertisement"), default=False)
    created_at = models.DateTimeField(_("clicked at"))
    # What the person then ordered. One order belongs to one click: the last before it.
    order = models.OneToOneField(
        "orders.Order", on_delete=models.SET_NULL, null=True, blank=True, related_name="search_click"
    )

    class Meta:
        verbose_name = _("click on a search result")
        verbose_name_plural = _("clicks on search results")
        constraints = [models.UniqueConstraint(fields=["search", "gig"], name="discovery_click_once")]
        indexes = [models.Index(fields=["created_at"], name="discovery_click_time")]

    def __str__(self) -> str:
        return f"{self.search_id} → {self.gig_id}"


class SearchDay(models.Model):
    """A query on a day of China's, in figures. The line without a query is the whole day."""

    day = models.DateField(_("day"))
    folded = models.CharField(_("query"), max_length=200, blank=True)
    searches = models.PositiveIntegerField(_("searches"), default=0)
    people = models.PositiveIntegerField(_("people"), default=0)
    without_result = models.PositiveIntegerField(_("without a result"), default=0)
    few_results = models.PositiveIntegerField(_("with few results"), default=0)
    corrected = models.PositiveIntegerField(_("corrected"), default=0)
    clicked = models.PositiveIntegerField(_("with a click"), default=0)
    # Searches under an account that let us keep them: only of these it can be known what was ordered.
    attributable = models.PositiveIntegerField(_("whose orders are known"), default=0)
    ordered = models.PositiveIntegerField(_("with an order"), default=0)
    timed = models.PositiveIntegerField(_("with a time"), default=0)
    milliseconds = models.PositiveBigIntegerField(_("milliseconds, all together"), default=0)
    # Of the whole day only: how often something stood at each place of the first page, and was opened there.
    shown_at = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    clicked_at = ArrayField(models.PositiveIntegerField(), default=list, blank=True)

    class Meta:
        verbose_name = _("searches of a day")
        verbose_name_plural = _("searches by day")
        constraints = [models.UniqueConstraint(fields=["day", "folded"], name="discovery_day_and_query")]

    def __str__(self) -> str:
        return f"{self.day} {self.folded}"


class JudgedSet(models.Model):
    """Gigs, queries and people's grades (evaluation/judged.py), by which the search is measured every night."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    content = models.JSONField(_("the set"))
    is_active = models.BooleanField(_("measured every night"), default=True)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("judged set")
        verbose_name_plural = _("judged sets")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class JudgedScore(models.Model):
    """How well an engine answered a judged set on a day."""

    judged_set = models.ForeignKey(JudgedSet, on_delete=models.CASCADE, related_name="scores")
    day = models.DateField(_("day"))
    engine = models.CharField(_("engine"), max_length=20)
    dictionary = models.CharField(_("dictionary"), max_length=12)
    ndcg = models.FloatField("nDCG@10")
    recall = models.FloatField("recall@24")
    worst = models.FloatField(_("worst kind of query"), help_text="nDCG@10")
    zero = models.FloatField(_("share without a result"))
    junk = models.FloatField(_("results where none should be"), null=True, blank=True)

    class Meta:
        verbose_name = _("judged score")
        verbose_name_plural = _("judged scores")
        constraints = [
            models.UniqueConstraint(fields=["judged_set", "day", "engine"], name="discovery_score_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.engine} {self.ndcg:.3f}"


class CandidateState(models.TextChoices):
    OPEN = "open", _("To decide")
    ADDED = "added", pgettext_lazy("a pair of words", "Added")
    DISMISSED = "dismissed", pgettext_lazy("a pair of words", "Dismissed")


class ThesaurusCandidate(models.Model):
    """Two words that people seem to take for one another, with what speaks for it. Who decided stands in the staff log."""

    word = models.CharField(_("word"), max_length=40)
    other = models.CharField(_("the other word"), max_length=40)
    reformulated = models.PositiveIntegerField(_("people who tried the other one next"), default=0)
    clicked_after = models.PositiveIntegerField(_("of whom then opened something"), default=0)
    shared_clicks = models.PositiveIntegerField(_("services opened after either"), default=0)
    without_result = models.BooleanField(_("the word finds nothing"), default=False)
    state = models.CharField(_("state"), max_length=9, choices=CandidateState, default=CandidateState.OPEN)
    seen_on = models.DateField(pgettext_lazy("a pair of words", "last seen"))
    # What adding it would change: {"moved": [[query, kept of ten]], "scores": [[set, before, after]], "at": moment}.
    trial = models.JSONField(_("trial"), null=True, blank=True)

    class Meta:
        verbose_name = _("candidate for the thesaurus")
        verbose_name_plural = _("candidates for the thesaurus")
        constraints = [
            models.UniqueConstraint(fields=["word", "other"], name="discovery_candidate_pair"),
            models.CheckConstraint(
                condition=models.Q(state__in=CandidateState.values), name="discovery_candidate_known_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} → {self.other}"
