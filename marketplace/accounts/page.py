"""Somebody's public page, put together for its template."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts import selectors
from marketplace.accounts.models import Certificate, Portfolio, User, UserProfile, UserSkill, VerificationKind
from marketplace.accounts.places import place_name

# The pay-off first: what a buyer asks before anything else.
_SKILL_ORDER = {"expert": 0, "proficient": 1, "familiar": 2}


@dataclass(frozen=True)
class ProfilePage:
    """What the template shows, in words."""

    profile: UserProfile
    is_own: bool
    is_seller: bool
    place: str
    verified: list[str]
    skills: list[UserSkill]
    languages: list[tuple[str, str]]
    hours: str
    certificates: list[Certificate]
    pieces: list[Portfolio]
    description: str
    share_image: str
    json_ld: dict[str, Any]


def profile_page(profile: UserProfile, *, user: Any) -> ProfilePage:
    """The page of `profile`, which came from selectors.public_profile, for `user`."""
    place = place_name(profile.province, profile.city)
    pieces: list[Portfolio] = profile.shown_pieces  # type: ignore[attr-defined]
    for piece in pieces:
        piece.profile = profile  # its address needs the handle; a query each otherwise
    about = " ".join(profile.about.split())[:120]
    description = " · ".join(part for part in (profile.headline, place, about) if part)[:160]
    cover = next((piece.cover for piece in pieces if piece.cover), None)
    image = profile.avatar.url if profile.avatar else cover.picture.url if cover else ""
    return ProfilePage(
        profile=profile,
        is_own=isinstance(user, User) and user.pk == profile.user_id,
        is_seller=profile.seller_since is not None,
        place=place,
        verified=[
            str(VerificationKind(row.kind).label)
            for row in profile.user.approved_verifications  # type: ignore[attr-defined]
        ],
        skills=sorted(profile.user_skills.all(), key=lambda row: _SKILL_ORDER.get(row.level, 9)),
        languages=selectors.spoken_languages(profile),
        hours=working_hours(profile),
        certificates=list(profile.certificates.all()),
        pieces=pieces,
        description=description or _("%(name)s on Jiangji") % {"name": profile.display_name},
        share_image=_absolute(image) if image else "",
        json_ld=_json_ld(profile, place, description, image),
    )


def working_hours(profile: UserProfile) -> str:
    """`周一至周五 9:00–18:00`, single days with commas; "" when nothing was said."""
    days = [day for day in profile.work_days if day in range(1, 8)]
    if not days or profile.work_from is None or profile.work_until is None:
        return ""
    is_row = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    if is_row:
        shown = _("%(first)s to %(last)s") % {"first": WEEKDAYS_ABBR[days[0] - 1], "last": WEEKDAYS_ABBR[days[-1] - 1]}
    else:
        shown = pgettext("list", ", ").join(str(WEEKDAYS_ABBR[day - 1]) for day in days)
    return f"{shown} {profile.work_from:%H:%M}–{profile.work_until:%H:%M}"


def _json_ld(profile: UserProfile, place: str, description: str, image: str) -> dict[str, Any]:
    """schema.org's ProfilePage: who this is, for search engines."""
    url = settings.SITE_URL + profile.get_absolute_url()
    person: dict[str, Any] = {"@type": "Person", "name": profile.display_name, "url": url}
    if profile.headline:
        person["jobTitle"] = profile.headline
    if description:
        person["description"] = description
    if image:
        person["image"] = _absolute(image)
    if place:
        person["address"] = {
            "@type": "PostalAddress",
            "addressRegion": profile.province,
            "addressLocality": profile.city,
        }
    if skills := [row.skill.localized_name for row in profile.user_skills.all()]:
        person["knowsAbout"] = skills
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "dateCreated": profile.created_at.isoformat(timespec="seconds"),
        "mainEntity": person,
    }


def _absolute(url: str) -> str:
    return settings.SITE_URL + url if url.startswith("/") else url
