"""What a person shows of their work, for the registry of personal_data.py."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.fields.files import FieldFile

from marketplace.accounts.models import (
    Certificate,
    HandleRedirect,
    Portfolio,
    PortfolioMedia,
    SkillSuggestion,
    User,
    UserSkill,
)
from marketplace.accounts.personal_data import Section, StoredFile, Table, delete_after_commit, plain, stored, table

_MEDIA_FILES = ("picture", "video", "document")


class ShowcaseSection(Section):
    """Skills, certificates, the portfolio, earlier addresses of the page."""

    exported = frozenset(
        {
            "accounts.UserSkill.profile",
            "accounts.Portfolio.profile",
            "accounts.Certificate.profile",
            "accounts.HandleRedirect.profile",
            "accounts.SkillSuggestion.suggested_by",
        }
    )
    not_exported = {
        "accounts.SkillSuggestion.decided_by": "who of the staff did it, not whom it was done to",
        "accounts.Portfolio.hidden_by": "who of the staff did it, not whom it was done to",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """Everything on the public page but the services."""
        yield table("skills", UserSkill.objects.filter(profile__user=user), skill="skill__name", level="level")
        yield table(
            "suggested_skills",
            SkillSuggestion.objects.filter(suggested_by=user),
            **plain("name", "status", "reason", "created_at", "decided_at"),
        )
        yield table(
            "certificates",
            Certificate.objects.filter(profile__user=user),
            **plain("title", "issuer", "year", "picture"),
        )
        yield table(
            "portfolio",
            Portfolio.objects.filter(profile__user=user),
            **plain("title", "description", "created_at", "hidden_at", "hidden_reason"),
        )
        yield table(
            "portfolio_media",
            PortfolioMedia.objects.filter(piece__profile__user=user),
            piece="piece__title",
            **plain("kind", "picture", "video", "document", "url", "caption"),
        )
        yield table(
            "earlier_addresses", HandleRedirect.objects.filter(profile__user=user), **plain("handle", "created_at")
        )

    def files(self, user: User) -> Iterable[StoredFile]:
        """Pictures, films and documents."""
        for file in _files(user):
            yield stored("portfolio", file)

    @transaction.atomic
    def erase(self, user: User) -> None:
        """All of it, the files once the rows are gone. Addresses stay taken: who got one would pass for who had it."""
        for file in _files(user):
            delete_after_commit(file)
        for rows in (
            Portfolio.objects.filter(profile__user=user),
            Certificate.objects.filter(profile__user=user),
            UserSkill.objects.filter(profile__user=user),
            SkillSuggestion.objects.filter(suggested_by=user),
        ):
            rows.delete()


def _files(user: User) -> Iterable[FieldFile]:
    for certificate in Certificate.objects.filter(profile__user=user).exclude(picture=""):
        yield certificate.picture
    for medium in PortfolioMedia.objects.filter(piece__profile__user=user):
        yield from (file for name in _MEDIA_FILES if (file := getattr(medium, name)))
