"""Business constants of accounts and of who is behind them."""

from django.utils.translation import gettext_lazy as _

from marketplace.core.config_definition import ConfigDefinition, Source

PEOPLE_SETTINGS: tuple[ConfigDefinition, ...] = (
    # Product decision: a machine's answer helps a person to decide; it decides alone only where somebody wants it to.
    ConfigDefinition(
        "verification.approve_on_match",
        0,
        0,
        1,
        _("1 is yes"),
        _("Approve an identity without a person when the automated check says that it matches"),
    ),
    # 个人信息保护法, articles 19 and 47: no longer than needed; long enough to ask why a case was rejected.
    ConfigDefinition(
        "verification.rejected_papers_days",
        30,
        1,
        365,
        _("days"),
        _("The papers of a rejected verification are deleted after"),
        law="《个人信息保护法》第十九条、第四十七条",
        source=Source.LAW,
    ),
    # The same articles: half a year for questions of who was let in, then the decision stands without its pictures.
    ConfigDefinition(
        "verification.decided_papers_days",
        180,
        1,
        1095,
        _("days"),
        _("The pictures of a verification that counts or has ended are deleted after"),
        law="《个人信息保护法》第十九条、第四十七条",
        source=Source.LAW,
    ),
    # Product decision: new papers take weeks, and a notice that nobody can act on yet is forgotten.
    ConfigDefinition(
        "verification.expiry_notice_days", 30, 7, 90, _("days"), _("Papers that expire are told of before")
    ),
    # 电子商务法 §10 and §27: who sells is known by name. An operator may relax both (accounts/selectors/onboarding.py).
    ConfigDefinition(
        "selling.needs_phone",
        1,
        0,
        1,
        _("1 is yes"),
        _("Selling needs a verified mobile number"),
        law="《电子商务法》第十条、第二十七条",
        source=Source.LAW,
    ),
    ConfigDefinition(
        "selling.needs_identity",
        1,
        0,
        2,
        _("0 no, 1 handed in, 2 approved"),
        _("Publishing a service needs the seller's identity"),
        law="《电子商务法》第十条、第二十七条",
        source=Source.LAW,
        choices=((0, _("No")), (1, _("Handed in")), (2, _("Approved"))),
    ),
    # Product decisions: long enough to think better of it; and until a copy of everything about a person lies nowhere.
    ConfigDefinition(
        "accounts.closing_days", 7, 1, 30, _("days"), _("An account that is being closed can be taken back for")
    ),
    ConfigDefinition("accounts.export_days", 7, 1, 30, _("days"), _("A copy of somebody's data can be downloaded for")),
)
