"""Reads of skills, certificates and portfolios, with the permission in them."""

from typing import TypeVar

from django.db.models import Model, Prefetch, Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import (
    Certificate,
    Portfolio,
    PortfolioMedia,
    PortfolioMediaKind,
    Skill,
    SkillSuggestion,
    SuggestionStatus,
    User,
    UserProfile,
)

MATCHES = 10
Row = TypeVar("Row", bound=Model)


def skills_matching(text: str, *, without: UserProfile | None = None) -> list[Skill]:
    """Skills with this in their Chinese or English name, those that begin with it first."""
    text = " ".join(text.split())[:40]
    if not text:
        return []
    found = Skill.objects.filter(Q(name__icontains=text) | Q(name_en__icontains=text))
    if without is not None:
        found = found.exclude(user_skills__profile=without)
    folded = text.casefold()
    ranked = sorted(
        found[:200],
        key=lambda skill: (
            not (skill.name.casefold().startswith(folded) or skill.name_en.casefold().startswith(folded)),
            len(skill.name),
            skill.name,
        ),
    )
    return ranked[:MATCHES]


def skill_called(name: str) -> Skill | None:
    """The skill of this name in either language, whatever its case."""
    name = " ".join(name.split())
    return Skill.objects.filter(Q(name__iexact=name) | Q(name_en__iexact=name)).order_by("pk").first() if name else None


def own_skill(profile: UserProfile, slug: str) -> Skill:
    """A skill that this profile shows. Raises Http404."""
    return _first(Skill.objects.filter(user_skills__profile=profile, slug=slug))


def own_suggestions(user: User) -> QuerySet[SkillSuggestion]:
    """What this person suggested and hears of, newest first."""
    return SkillSuggestion.objects.filter(suggested_by=user).select_related("skill").order_by("-pk")[:20]


def open_suggestions() -> QuerySet[SkillSuggestion]:
    """What waits for a moderator, the oldest first. For staff: the page asks who may."""
    return (
        SkillSuggestion.objects.filter(status=SuggestionStatus.OPEN)
        .select_related("suggested_by__profile")
        .order_by("pk")
    )


def get_suggestion(suggestion_id: int) -> SkillSuggestion:
    """A suggestion, for staff. Raises Http404."""
    return _first(SkillSuggestion.objects.filter(pk=suggestion_id))


def own_certificate(profile: UserProfile, certificate_id: int) -> Certificate:
    """A certificate of this profile. Raises Http404."""
    return _first(Certificate.objects.filter(profile=profile, pk=certificate_id))


def own_portfolio(profile: UserProfile) -> QuerySet[Portfolio]:
    """Every piece of one's own, hidden ones too, with its media, in order."""
    return Portfolio.objects.filter(profile=profile).select_related("profile").prefetch_related("media")


def own_piece(profile: UserProfile, piece_id: int) -> Portfolio:
    """A piece of one's own. Raises Http404."""
    return _first(own_portfolio(profile).filter(pk=piece_id))


def own_medium(profile: UserProfile, medium_id: int) -> PortfolioMedia:
    """A medium of a piece of one's own. Raises Http404."""
    return _first(PortfolioMedia.objects.filter(piece__profile=profile, pk=medium_id).select_related("piece__profile"))


def shown_pieces(prefix: str = "") -> Q:
    """What everybody may see: not hidden by a moderator, of a person whose account is open."""
    return Q(**{f"{prefix}hidden_at__isnull": True, f"{prefix}profile__user__is_active": True})


def public_piece(handle: str, piece_id: int, user: User | None = None) -> Portfolio:
    """A piece on somebody's page; a hidden one is there for its owner only. Raises Http404."""
    allowed = shown_pieces()
    if user is not None and user.is_authenticated:
        allowed |= Q(profile__user=user)
    pieces = Portfolio.objects.filter(allowed, profile__handle=handle, pk=piece_id)
    return _first(pieces.select_related("profile__user").prefetch_related("media"))


def neighbours(piece: Portfolio) -> tuple[int | None, int | None]:
    """The keys of the pieces before and after this one, as everybody sees the portfolio."""
    keys = list(Portfolio.objects.filter(shown_pieces(), profile=piece.profile_id).values_list("pk", flat=True))
    if piece.pk not in keys:
        return None, None
    here = keys.index(piece.pk)
    return (keys[here - 1] if here else None), (keys[here + 1] if here + 1 < len(keys) else None)


def public_document(medium_id: int, user: User | None = None) -> PortfolioMedia:
    """A PDF of a piece that this person may see. Raises Http404."""
    allowed = shown_pieces("piece__")
    if user is not None and user.is_authenticated:
        allowed |= Q(piece__profile__user=user)
    documents = PortfolioMedia.objects.filter(allowed, kind=PortfolioMediaKind.PDF, pk=medium_id)
    return _first(documents.select_related("piece__profile"))


def pieces_for_staff(text: str = "", *, hidden_only: bool = False) -> QuerySet[Portfolio]:
    """Pieces of everybody, the newest first, by a word of the title or the owner's name. The page asks who may."""
    pieces = Portfolio.objects.select_related("profile__user", "hidden_by__profile").prefetch_related("media")
    if hidden_only:
        pieces = pieces.filter(hidden_at__isnull=False)
    if text:
        pieces = pieces.filter(Q(title__icontains=text) | Q(profile__display_name__icontains=text))
    return pieces.order_by("-pk")


def piece_for_staff(piece_id: int) -> Portfolio:
    """A piece, for staff. Raises Http404."""
    return _first(Portfolio.objects.filter(pk=piece_id).select_related("profile"))


def shown_portfolio() -> Prefetch:
    """To prefetch on profiles: the pieces that everybody sees, with their media, as `shown_pieces`."""
    pieces = Portfolio.objects.filter(hidden_at__isnull=True).prefetch_related("media")
    return Prefetch("portfolio", pieces, to_attr="shown_pieces")


def _first(rows: QuerySet[Row]) -> Row:
    row = rows.first()
    if row is None:
        raise Http404
    return row
