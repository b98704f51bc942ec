"""Somebody's public page, put together for its template."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from marketplace.accounts import selectors
from marketplace.accounts.models import Certificate, Portfolio, User, UserProfile, UserSkill, VerificationKind
from marketplace.accounts.places import place_name
from marketplace.core import structured_data as schema
from marketplace.core.templatetags.jiangji import home_url

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
    address: str  # absolute: what is canonical and shared
    robots: str  # for search engines; "" lets them in
    json_ld: list[schema.Json]


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
        share_image=schema.absolute(image),
        address=schema.absolute(profile.get_absolute_url()),
        # Who only buys did not ask to be found by their name, and the page would be nearly empty.
        robots="" if profile.seller_since is not None else "noindex",
        json_ld=_structured(profile, place, description, image) if profile.seller_since is not None else [],
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


def _structured(profile: UserProfile, place: str, description: str, image: str) -> list[schema.Json]:
    """schema.org's ProfilePage: who this is, for search engines; and the way here."""
    url = schema.absolute(profile.get_absolute_url())
    address = None
    if place:
        address = schema.PostalAddress(
            address_country="CN", address_region=profile.province, address_locality=profile.city
        )
    person = schema.Person(
        id=f"{url}#person",
        name=profile.display_name,
        url=url,
        description=description,
        image=schema.absolute(image),
        job_title=profile.headline,
        address=address,
        knows_about=[row.skill.localized_name for row in profile.user_skills.all()],
        knows_language=[schema.language_tag(code) for code, _level in profile.language_levels],
    )
    page = schema.ProfilePage(
        url=url,
        in_language=schema.language_tag(get_language() or settings.LANGUAGE_CODE),
        date_created=profile.created_at,
        date_modified=profile.updated_at,
        is_part_of=schema.Reference(schema.website_id()),
        main_entity=person,
    )
    way = schema.breadcrumbs([(_("Home"), home_url()), (profile.display_name, profile.get_absolute_url())])
    return [page.as_document(), way.as_document()]
