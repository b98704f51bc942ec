"""What a person agreed to."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models.people import User


class ConsentDocument(models.TextChoices):
    TERMS = "terms", _("Terms of service")
    PRIVACY = "privacy", _("Privacy policy")
    # 个人信息保护法, article 29: what is sensitive needs a consent of its own, given where it is asked for.
    IDENTITY = "identity", _("Handling of identity papers")
    MARKETING = "marketing", _("Mails about offers and news")
    SEARCHES = "searches", _("My searches kept under my account")
    VIEWS = "views", _("What I look at kept under my account")


# Without these there is no account; the others are given and withdrawn freely (个人信息保护法 §14, 15, 16).
REQUIRED_DOCUMENTS = (ConsentDocument.TERMS, ConsentDocument.PRIVACY)
OPTIONAL_DOCUMENTS = (ConsentDocument.MARKETING, ConsentDocument.SEARCHES, ConsentDocument.VIEWS)


class ConsentRecord(models.Model):
    """That a person accepted a document, in which version and when: what the law asks us to be able to show."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents", verbose_name=_("user"))
    document = models.CharField(pgettext_lazy("that is agreed to", "document"), max_length=10, choices=ConsentDocument)
    version = models.CharField(_("version"), max_length=20)
    given_at = models.DateTimeField(_("given at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["given_at", "pk"]
        constraints = [
            # What was withdrawn stays on record, and may be given again.
            models.UniqueConstraint(
                fields=["user", "document", "version"],
                condition=models.Q(withdrawn_at=None),
                name="accounts_consent_once_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_document_display()} {self.version}"
