"""What recommendations know of a person, what the person said about them, and when they were last computed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class GigView(models.Model):
    """Somebody opened a gig, or had it recommended: written only with the consent VIEWS (viewing.py), one row for each two.

    Forgotten after `discovery.views_days`, by its person at any time, and when the consent is taken back.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="gig_views")
    gig = models.ForeignKey("gigs.Gig", on_delete=models.CASCADE, related_name="+")
    # Visits; zero where it was only recommended.
    views = models.PositiveIntegerField(_("opened"), default=0, db_default=0)
    viewed_at = models.DateTimeField(_("opened last"), null=True, blank=True)
    # On how many days it stood among the person's recommendations: what is passed over often sinks.
    shown = models.PositiveIntegerField(_("days among the recommendations"), default=0, db_default=0)
    shown_on = models.DateField(_("recommended last"), null=True, blank=True)
    touched_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("service somebody looked at")
        verbose_name_plural = _("services somebody looked at")
        constraints = [models.UniqueConstraint(fields=["user", "gig"], name="discovery_gig_view_once")]
        indexes = [
            models.Index(fields=["user", "-viewed_at"], name="discovery_views_of_user"),
            models.Index(fields=["touched_at"], name="discovery_views_old"),
            models.Index(fields=["viewed_at"], name="discovery_views_new"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.gig_id}"


class GigDismissal(models.Model):
    """不感兴趣: somebody wants no more of this gig among their recommendations."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="dismissed_gigs")
    gig = models.ForeignKey("gigs.Gig", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("service somebody is not interested in")
        verbose_name_plural = _("services somebody is not interested in")
        constraints = [models.UniqueConstraint(fields=["user", "gig"], name="discovery_dismissal_once")]

    def __str__(self) -> str:
        return f"{self.user_id} ✕ {self.gig_id}"


class PersonalisationOff(models.Model):
    """Somebody wants recommendations that are the same for everybody (个人信息保护法 §24, 算法推荐规定 §17, 电子商务法 §18)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="personalisation_off"
    )
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("personal recommendations switched off")
        verbose_name_plural = _("personal recommendations switched off")

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecommendationRun(models.Model):
    """A run that computed lists: what staff look at to see that it goes on."""

    reason = models.CharField(_("reason"), max_length=20)
    is_whole = models.BooleanField(_("all lists"))
    rows = models.PositiveIntegerField(_("rows"))
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    ended_at = models.DateTimeField(_("ended"))

    class Meta:
        verbose_name = _("run of the recommendations")
        verbose_name_plural = _("runs of the recommendations")
        indexes = [models.Index(fields=["reason", "-ended_at"], name="discovery_runs_of_reason")]

    def __str__(self) -> str:
        return f"{self.reason} {self.ended_at:%Y-%m-%d %H:%M}"
