"""What a person agreed to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models.people import User


class ConsentDocument(models.TextChoices):
    TERMS = "terms", _("Terms of service")
    PRIVACY = "privacy", _("Privacy policy")
    # 个人信息保护法, article 29: what is sensitive needs a consent of its own, given where it is asked for.
    IDENTITY = "identity", _("Handling of identity papers")


# What a sign-up accepts.
SIGN_UP_DOCUMENTS = (ConsentDocument.TERMS, ConsentDocument.PRIVACY)


class ConsentRecord(models.Model):
    """That a person accepted a document, in which version and when: what the law asks us to be able to show."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents", verbose_name=_("user"))
    document = models.CharField(_("document"), max_length=10, choices=ConsentDocument)
    version = models.CharField(_("version"), max_length=20)
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [models.UniqueConstraint(fields=["user", "document", "version"], name="accounts_consent_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_document_display()} {self.version}"
