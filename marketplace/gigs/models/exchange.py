"""What moving gigs from elsewhere needs to remember."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.gigs.models.gigs import Gig


class GigReference(models.Model):
    """The number under which a seller knows a gig elsewhere. Beside the gig, which publishing rewrites."""

    gig = models.OneToOneField(Gig, on_delete=models.CASCADE, related_name="reference", primary_key=True)
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="gig_references")
    reference = models.CharField(_("own number"), max_length=60)

    class Meta:
        verbose_name = _("seller's own number")
        verbose_name_plural = _("sellers' own numbers")
        constraints = [models.UniqueConstraint(fields=["seller", "reference"], name="gigs_reference_once")]

    def __str__(self) -> str:
        return self.reference


class GigImport(models.Model):
    """A file that was read and is being looked at before it is applied. Deleted a day later."""

    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="gig_imports")
    file_name = models.CharField(_("file"), max_length=120)
    # What was read, one object a gig (exchange/records.py): nothing of the file itself is kept.
    records = models.JSONField()
    created_at = models.DateTimeField(_("read at"))
    applied_at = models.DateTimeField(pgettext_lazy("an import", "applied at"), null=True, blank=True)
    # How many were made, changed, left alone and refused, once it was applied.
    outcome = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("import of services")
        verbose_name_plural = _("imports of services")
        indexes = [models.Index(fields=["created_at"], name="gigs_import_old")]  # the job that deletes them

    def __str__(self) -> str:
        return self.file_name
