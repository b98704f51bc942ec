"""What the search box offers, what it must not offer, and what somebody does with their own searches."""

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

TERM_LENGTH, KEY_LENGTH = 60, 80


class SuggestionKind(models.TextChoices):
    CATEGORY = "category", _("Category")
    QUERY = "query", _("Searched by several people")
    TAG = "tag", _("Tag")
    TITLE = "title", _("Part of titles")
    GIG = "gig", _("Service")
    SELLER = "seller", _("Seller")


class SearchSuggestion(models.Model):
    """A term under one of the keys by which it is found: as written, by its sound, by the first letters of its sound.

    Written by `suggestion_table` alone; a term has a row for each of its keys.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=SuggestionKind)
    key = models.CharField(_("key"), max_length=KEY_LENGTH)
    # The shortest beginning of the key under which this row may be offered: below it there are enough weightier ones.
    # It bounds what a keystroke reads, however many keys begin with the same letter.
    reach = models.PositiveSmallIntegerField(_("shown from so many characters"))
    weight = models.PositiveIntegerField(_("weight"))
    term = models.CharField(_("term"), max_length=TERM_LENGTH)
    # Slug of the category, key of the service or the seller; empty for what is searched as it stands.
    target = models.CharField(_("leads to"), max_length=60, blank=True, default="")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("suggestion of the search box")
        verbose_name_plural = _("suggestions of the search box")
        constraints = [
            models.UniqueConstraint(fields=["kind", "term", "target", "key"], name="discovery_suggestion_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=SuggestionKind.values), name="discovery_suggestion_known_kind"
            ),
        ]
        indexes = [
            # One keystroke: all rows of a kind and reach whose key begins so (suggestions.py).
            models.Index(
                models.F("kind"),
                models.F("reach"),
                OpClass(models.F("key"), name="varchar_pattern_ops"),
                models.F("weight").desc(),
                name="discovery_suggestion_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.term}"


class SuggestionBan(models.Model):
    """A term that is never offered below the search box. It can be searched for as before."""

    term = models.CharField(_("term"), max_length=TERM_LENGTH, unique=True)
    is_part = models.BooleanField(
        _("also inside longer ones"), default=False, help_text=_("代写 then keeps 代写论文 away as well.")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("term that is not offered")
        verbose_name_plural = _("terms that are not offered")
        ordering = ["term"]

    def __str__(self) -> str:
        return self.term


class SearchPause(models.Model):
    """Somebody lets us keep searches, but not now: none is written under their account while this row stands."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="search_pause"
    )
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("pause of the search history")
        verbose_name_plural = _("pauses of the search history")

    def __str__(self) -> str:
        return f"{self.user_id}"


class SearchPreference(models.Model):
    """How somebody wants search to treat them. Without a row everything is as usual."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="search_preference"
    )
    personalised_search = models.BooleanField(_("own categories move results"), default=True, db_default=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("preference about the search")
        verbose_name_plural = _("preferences about the search")

    def __str__(self) -> str:
        return f"{self.user_id}"


class SearchAlert(models.TextChoices):
    NONE = "none", _("Do not tell me")
    AT_ONCE = "at_once", _("Soon, at most once a day")
    DAILY = "daily", _("All in one, in the morning")


class SavedSearchHit(models.Model):
    """A service that came up for a saved search after it was saved: counted once, told once."""

    search = models.ForeignKey("discovery.SearchFilter", on_delete=models.CASCADE, related_name="hits")
    gig = models.ForeignKey("gigs.Gig", on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField(_("found"), db_default=Now())
    told_at = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        verbose_name = _("news of a saved search")
        verbose_name_plural = _("news of saved searches")
        constraints = [models.UniqueConstraint(fields=["search", "gig"], name="discovery_saved_search_hit_once")]

    def __str__(self) -> str:
        return f"{self.search_id} → {self.gig_id}"
