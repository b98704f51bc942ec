"""Who of the staff may do what: Django groups, made by code so that every installation has the same."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from marketplace.gigs.reviewing import ensure_gig_workflow

MARKETER, MODERATOR, FINANCE, SUPPORT, ADMINISTRATOR = "marketer", "moderator", "finance", "support", "administrator"
ROLES = (MARKETER, MODERATOR, FINANCE, SUPPORT, ADMINISTRATOR)
# Of the pages. Their groups are made above this room, where the page tree is known (cms_pages/permissions.py).
EDITOR, HELP_WRITER = "editor", "help writer"
PAGE_ROLES = (EDITOR, HELP_WRITER)
# What an administrator gives and takes back on a person's page.
GIVEN_ROLES = (*ROLES, *PAGE_ROLES)

_ADMIN = ("wagtailadmin", ["access_admin"])
_SEE_ORDERS = (
    "orders",
    ["view_order", "view_orderevent", "view_dispute", "view_refund", "view_delivery", "view_orderrequirement"],
)
# Marketers make them, finance watches what they cost.
_COUPONS = ("orders", ["view_coupon", "add_coupon", "change_coupon"])
# A person's page in the admin. What is on it depends on the other permissions: the wallet, for one, on ledger.view_wallet.
_PEOPLE = ["view_people", "view_userprofile", "reveal_contact", "view_staffnote", "add_staffnote"]
# App label, codenames. Rights on pages hang on the page tree: cms_pages/permissions.py.
_SETTINGS = ("core", ["view_systemconfig", "view_configchange", "view_featureflag"])
_PERMISSIONS: dict[str, list[tuple[str, list[str]]]] = {
    MARKETER: [
        _ADMIN,
        _COUPONS,
        ("discovery", [f"{act}_thesaurusentry" for act in ("view", "add", "change", "delete")]),
        ("discovery", [f"{act}_suggestionban" for act in ("view", "add", "change", "delete")]),
        ("discovery", [f"{act}_promotion" for act in ("view", "add", "change", "delete")]),
        ("discovery", ["view_searchday", *(f"{act}_judgedset" for act in ("view", "add", "change", "delete"))]),
        ("discovery", ["view_recommendation"]),
        ("insights", ["view_analytics"]),
    ],
    MODERATOR: [
        _ADMIN,
        _SETTINGS,
        _SEE_ORDERS,
        ("orders", ["change_dispute", "view_orderhold", "change_orderhold"]),
        ("moderation", ["view_moderationqueue", "change_moderationqueue", "view_adminlog"]),
        ("moderation", [f"{act}_decisionreason" for act in ("view", "add", "change")]),
        ("gigs", ["view_gigcategory"]),
        ("moderation", ["view_report", "change_report"]),
        ("moderation", ["view_moderationdecision", "view_strike", "change_strike"]),
        ("moderation", ["view_decisionappeal", "change_decisionappeal"]),
        ("moderation", ["view_decisioncheck", "change_decisioncheck"]),
        ("moderation", ["view_secondopinion", "add_secondopinion", "change_secondopinion"]),
        ("messaging", ["view_messageflag", "change_messageflag"]),
        ("reviews", ["view_integritycase", "change_integritycase"]),
        ("reviews", ["view_selectioncase", "change_selectioncase"]),
        ("reviews", ["view_review", "view_reviewmask", "add_reviewmask"]),
        ("reviews", ["view_reputationappeal", "change_reputationappeal"]),
        ("gigs", [f"{act}_advertisingword" for act in ("view", "add", "change", "delete")]),
        ("safety", [f"{act}_sensitiveword" for act in ("view", "add", "change", "delete")]),
        ("accounts", ["view_userprofile", "view_userverification", "change_userverification"]),
        ("accounts", ["view_portfolio", "change_portfolio", "view_skillsuggestion", "change_skillsuggestion"]),
        ("accounts", ["suspend_user", "sign_out_user", *_PEOPLE]),
        ("accounts", ["view_block", "add_block", "change_block", "view_limithit"]),
        ("messaging", ["answer_as_support"]),
    ],
    FINANCE: [
        _ADMIN,
        _SETTINGS,
        ("core", ["change_configchange"]),  # the second person of changes about money
        _SEE_ORDERS,
        ("accounts", _PEOPLE),
        ("orders", ["change_refund", "view_couponuse", "approve_coupon", "view_orderhold", "change_orderhold"]),
        _COUPONS,
        ("ledger", ["view_account", "view_transaction", "view_entry", "view_wallet", "view_clearing"]),
        (
            "payments",
            [
                "view_payment",
                "view_gatewaynotification",
                "view_payout",
                "change_payout",
                "view_taxyear",
                "view_gatewaybill",
                "view_difference",
                "change_difference",
                "view_auditrun",
                "view_ownmovement",
                "add_ownmovement",
                "change_ownmovement",
                "view_invoice",
                "change_invoice",
                "view_invoiceissuer",
                "add_invoiceissuer",
                "change_invoiceissuer",
                "view_settlement",
                "change_settlement",
                "view_submerchant",
                "add_submerchant",
                "change_submerchant",
            ],
        ),
        ("insights", ["view_analytics"]),
    ],
    SUPPORT: [
        _ADMIN,
        _SETTINGS,
        _SEE_ORDERS,
        ("gigs", ["view_gig"]),
        ("accounts", ["sign_out_user", "view_as_user", "view_block", *_PEOPLE]),
        ("moderation", ["view_moderationqueue", "view_adminlog", "view_report"]),
        ("support", ["view_supportcase", "change_supportcase"]),
        ("support", [f"{act}_cannedanswer" for act in ("view", "add", "change", "delete")]),
        ("payments", ["view_payment"]),
        ("messaging", ["answer_as_support"]),
        ("notifications", ["view_dispatch", "change_dispatch"]),
        # Why somebody is recommended something, when they ask; each look is noted.
        ("discovery", ["view_recommendation", "view_gigview"]),
    ],
}
# Given once and taken back: Wagtail's own list of users opens with it, and shows whole addresses.
_TAKEN_BACK = {MODERATOR: ["view_user"], SUPPORT: ["view_user"]}
# The administrator may do whatever our apps know, except to touch the books and what is evidence.
_ADMINISTERED = (
    "core", "accounts", "safety", "gigs", "moderation", "support", "notifications", "discovery", "insights", "operations",
    "cms_pages",
)  # fmt: skip
# What was agreed, decided and done; a person leaves by closing the account, never by a row that is deleted.
_EVIDENCE = (
    "adminlog", "suspension", "consentrecord", "accountclosing", "verificationpaper", "staffnote", "report",
    "moderationdecision",
)  # fmt: skip
_READ_ONLY = ("orders", "payments", "ledger", "reviews", "messaging")


@transaction.atomic
def ensure_roles() -> dict[str, Group]:
    """Make the groups and give them what they lack; takes nothing away but _TAKEN_BACK. portal/roles.py calls it after every
    `migrate`, since permissions are made by that same signal, after the last migration: one that gives them out would find none.

    A permission whose model does not exist (yet) is left out.
    """
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in ROLES}
    ensure_gig_workflow()
    for name, wanted in _PERMISSIONS.items():
        for app_label, codenames in wanted:
            groups[name].permissions.add(
                *Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames)
            )
    for name, codenames in _TAKEN_BACK.items():
        groups[name].permissions.remove(
            *Permission.objects.filter(content_type__app_label="accounts", codename__in=codenames)
        )
    administrator = groups[ADMINISTRATOR]
    administrator.permissions.add(
        *Permission.objects.filter(content_type__app_label="messaging", codename__endswith="_messagetemplate")
    )
    # Who leads support gives its cases out and answers them too.
    administrator.permissions.add(*Permission.objects.filter(codename__in=["access_admin", "answer_as_support"]))
    administrator.permissions.add(*Permission.objects.filter(content_type__app_label__in=_ADMINISTERED))
    administrator.permissions.add(
        *Permission.objects.filter(content_type__app_label__in=_READ_ONLY, codename__startswith="view_")
    )
    administrator.permissions.remove(
        *Permission.objects.filter(
            codename__in=[f"{act}_{model}" for act in ("change", "delete") for model in _EVIDENCE]
        ),
        # Wagtail's own pages of users: they give any group, oneself included, and make superusers, past people_roles.py.
        *Permission.objects.filter(
            content_type__app_label="accounts", codename__in=["add_user", "change_user", "delete_user"]
        ),
        *Permission.objects.filter(content_type__app_label="core", codename="delete_configchange"),
    )
    return groups
