"""Staff, buyers and sellers."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from stdnum.cn import uscc

from marketplace.accounts.models import (
    Certificate,
    Hat,
    Portfolio,
    PortfolioMedia,
    PortfolioMediaKind,
    Skill,
    User,
    UserProfile,
    UserSkill,
    UserVerification,
    VerificationKind,
    VerificationStatus,
)
from marketplace.core.encryption import encrypt_text
from marketplace.moderation import roles
from marketplace.moderation.roles import EDITOR, HELP_WRITER
from marketplace.payments.models import InvoiceIssuer
from marketplace.reviews.models import SellerLevel
from portal.demo.bulk import backdate, insert
from portal.demo.light_buyers import NAMES
from portal.demo.media import Picture
from portal.demo.sources import PASSWORD, SEED, Sources
from portal.roles import ensure_roles

MAIL_DOMAIN = "jiangji.example"
# login, name, group
STAFF = (
    ("marketer", "运营 苏晴", roles.MARKETER),
    ("editor", "编辑 叶舟", EDITOR),
    ("helper", "帮助文案 陆晓", HELP_WRITER),
    ("moderator", "审核 周宁", roles.MODERATOR),
    # Nobody decides the appeal against their own decision.
    ("mediator", "调解 陈朗", roles.MODERATOR),
    ("support", "客服 许诺", roles.SUPPORT),
    ("finance", "财务 梁静", roles.FINANCE),
    ("admin", "管理员", roles.ADMINISTRATOR),
    # Two of finance approve what is large, and agree to each other's changes.
    ("cashier", "财务 韩宁", roles.FINANCE),
)
_PHONE_FORMAT = "+86199000{:05d}"  # only the demo's; nobody is sent a message, the outbox keeps it
# Of the seller whom one logs in as.
_CERTIFICATES = (
    ("广告设计师（三级）", "浙江省职业技能鉴定指导中心", 2019),
    ("中国之星设计奖 优秀奖", "中国包装联合会", 2023),
)
_LANGUAGE_LEVELS = {"en": "fluent", "ja": "conversational"}  # the others are native speakers


@dataclass(frozen=True)
class People:
    """Everybody, by place: `sellers` as in sellers.json, `buyers` those of buyers.json first and the light ones after."""

    sellers: list[User]
    buyers: list[User]
    staff: dict[str, User]


def joined_moments(sources: Sources, now: datetime) -> list[datetime]:
    """When each seller opened their desk."""
    rng = Random(f"{SEED}:joined")
    return [
        now - timedelta(days=30.4 * row["joined_months_ago"] + rng.uniform(0, 12), hours=rng.uniform(0, 9))
        for row in sources.sellers
    ]


def make_people(sources: Sources, pictures: dict[str, Picture], now: datetime) -> People:
    """Users with profiles, verified addresses and, for sellers, everything their profile page shows."""
    groups = ensure_roles()
    password = make_password(PASSWORD)  # argon2 takes 50 ms: once is enough for a demo
    staff = _make_staff(groups, password, now)
    sellers = _make_sellers(sources, pictures, password, now)
    buyers = _make_buyers(sources, pictures, password, now)
    everybody = [*staff.values(), *sellers, *buyers]
    insert(EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in everybody)
    _verify(sources, sellers, [*staff.values(), *buyers[: len(sources.buyers)]], staff["moderator"])
    _note_companies(sources, sellers)
    return People(sellers, buyers, staff)


def _user(login: str, password: str, joined: datetime, **fields: object) -> User:
    return User(
        username=f"demo-{login}",
        email=f"{login}@{MAIL_DOMAIN}",
        password=password,
        date_joined=joined,
        **fields,  # type: ignore[misc]
    )


def _make_staff(groups: dict[str, Group], password: str, now: datetime) -> dict[str, User]:
    joined = now - timedelta(days=900)
    users = {
        login: _user(login, password, joined, is_staff=True, is_superuser=login == "admin")
        for login, _name, _group in STAFF
    }
    insert(users.values())
    insert(UserProfile(user=users[login], handle=f"staff-{login}", display_name=name) for login, name, _group in STAFF)
    for login, _name, group in STAFF:
        users[login].groups.add(groups[group])
        TOTP.activate(users[login], generate_totp_secret())  # /dev/outbox/ shows its codes
    return users


def _make_sellers(sources: Sources, pictures: dict[str, Picture], password: str, now: datetime) -> list[User]:
    joined = joined_moments(sources, now)
    users = []
    for place, row in enumerate(sources.sellers):
        login = {sources.demo_seller: "seller", sources.demo_newcomer: "newcomer"}.get(place, row["handle"])
        phone = _PHONE_FORMAT.format(10_000 + place)  # nobody sells here without one
        users.append(_user(login, password, joined[place], phone=phone))
    insert(users)
    profiles = [
        UserProfile(
            user=user,
            handle=row["handle"],
            display_name=row["name"],
            avatar=pictures[f"portraits/s{place + 1:02d}.webp"].name,
            headline=row["headline"],
            about=row["about"],
            province=row["province"],
            city=row["city"],
            languages=[{"code": code, "level": _LANGUAGE_LEVELS.get(code, "native")} for code in row["languages"]],
            work_days=list(range(1, 6 + place % 3)),
            work_from=time(9 + place % 2),
            work_until=time(18 + place % 4),
            hat=Hat.SELLER,
            seller_since=joined[place],
        )
        for place, (user, row) in enumerate(zip(users, sources.sellers, strict=True))
    ]
    insert(profiles)
    backdate(UserProfile, {profile.pk: profile.user.date_joined for profile in profiles})
    _make_skills(sources, profiles)
    _make_portfolios(sources, pictures, profiles)
    # Their levels: levels.py, once their orders are known.
    insert(SellerLevel(user=user, since=user.date_joined) for user in users)
    return users


def _make_skills(sources: Sources, profiles: list[UserProfile]) -> None:
    skills = {skill.name: skill for skill in Skill.objects.all()}  # the curated list, which came with the migration
    insert(
        UserSkill(profile=profile, skill=skills[skill["name"]], level=skill["level"])
        for profile, row in zip(profiles, sources.sellers, strict=True)
        for skill in row["skills"]
    )


def _make_portfolios(sources: Sources, pictures: dict[str, Picture], profiles: list[UserProfile]) -> None:
    """The pieces of each seller, with pictures of their category dealt out in turn."""
    dealt: dict[str, int] = {}
    pieces, media = [], []
    for profile, row in zip(profiles, sources.sellers, strict=True):
        shelf = [file for file, category in sources.portfolio.items() if category == row["category"]]
        for position, piece in enumerate(row["portfolio"]):
            place = dealt.get(row["category"], 0)
            dealt[row["category"]] = place + 1
            picture = pictures[f"portfolio/{shelf[place % len(shelf)]}"]
            pieces.append(
                Portfolio(profile=profile, title=piece["title"], description=piece["description"], position=position)
            )
            media.append(
                PortfolioMedia(
                    piece=pieces[-1],
                    kind=PortfolioMediaKind.IMAGE,
                    picture=picture.name,
                    width=picture.width,
                    height=picture.height,
                )
            )
    insert(pieces)
    insert(media)
    own = profiles[sources.demo_seller]
    insert(Certificate(profile=own, title=title, issuer=issuer, year=year) for title, issuer, year in _CERTIFICATES)


def _make_buyers(sources: Sources, pictures: dict[str, Picture], password: str, now: datetime) -> list[User]:
    rng = Random(f"{SEED}:buyers")
    users, profiles = [], []
    for place in range(len(sources.buyers) + len(NAMES)):
        joined = now - timedelta(days=rng.uniform(372, 900))
        if place < len(sources.buyers):
            row = sources.buyers[place]
            is_demo = place == sources.demo_buyer
            phone = _PHONE_FORMAT.format(20_000 + place) if place < 12 else None
            users.append(_user("buyer" if is_demo else row["handle"], password, joined, phone=phone))
            profiles.append(
                UserProfile(
                    handle=row["handle"],
                    display_name=row["name"],
                    avatar=pictures[f"portraits/b{place + 1:02d}.webp"].name,
                    province=row["province"],
                    city=row["city"],
                )
            )
        else:
            number = place - len(sources.buyers)
            users.append(_user(f"buyer-{number + 1:03d}", password, joined))
            profiles.append(UserProfile(handle=f"mai-{number + 1:03d}", display_name=NAMES[number]))
    insert(users)
    for user, profile in zip(users, profiles, strict=True):
        profile.user = user
    insert(profiles)
    backdate(UserProfile, {profile.pk: profile.user.date_joined for profile in profiles})
    return users


def _verify(sources: Sources, sellers: list[User], others: list[User], moderator: User) -> None:
    rows = [_verification(user, VerificationKind.EMAIL) for user in [*sellers, *others]]
    rows += [_verification(user, VerificationKind.PHONE) for user in [*sellers, *others] if user.phone]
    for user, row in zip(sellers, sources.sellers, strict=True):
        # Who sells has shown who they are; a company's papers are one way more.
        for badge in {VerificationKind.REAL_NAME.value, *row["badges"]}:
            rows.append(_verification(user, badge, reviewer=moderator))
    insert(rows)
    backdate(UserVerification, {row.pk: row.reviewed_at for row in rows if row.reviewed_at})


def _note_companies(sources: Sources, sellers: list[User]) -> None:
    """Sellers whose company was checked issue their own invoices. The codes are made up, with a check digit that holds."""
    insert(
        InvoiceIssuer(
            user=user,
            name=f"{row['city']}{user.profile.display_name}有限公司",
            tax_number=(code := f"91330100MADEM{place:04d}") + uscc.calc_check_digit(code),
        )
        for place, (user, row) in enumerate(zip(sellers, sources.sellers, strict=True), start=1)
        if VerificationKind.COMPANY in row["badges"]
    )


def _verification(user: User, kind: str, reviewer: User | None = None) -> UserVerification:
    return UserVerification(
        user=user,
        kind=kind,
        # In the demo people are called what they are called.
        name_encrypted=encrypt_text(user.profile.display_name) if kind == VerificationKind.REAL_NAME else "",
        status=VerificationStatus.APPROVED,
        reviewed_by=reviewer,
        reviewed_at=user.date_joined + timedelta(hours=26 if reviewer else 0),
    )
