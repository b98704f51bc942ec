"""The account itself: what keeps it safe, who somebody is, their page."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import AT_ONCE, BELL_ONLY, URGENT, Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

NEW_DEVICE = Notice(
    "account.new_device",
    Kind.SECURITY,
    Who.PERSON,
    _("Your account was logged in to on a new device"),
    body=_("%(device)s, address %(address)s. If that was not you, sign the device out and change your password."),
    mutable=False,
    time_left=AT_ONCE,
    has_own_letter=True,
)
SECOND_FACTOR_REMOVED = Notice(
    "account.second_factor_removed",
    Kind.SECURITY,
    Who.PERSON,
    _("Support has removed your two-factor log-in"),
    body=_("Please set it up again. If you did not ask for this, write to support at once."),
    channels=URGENT,
    mutable=False,
    time_left=AT_ONCE,
)
ROLES_CHANGED = Notice(
    "account.roles_changed",
    Kind.SECURITY,
    Who.PERSON,
    _("Your roles in the team have changed"),
    body=_("%(reason)s You were signed out everywhere; log in again to go on."),
    mutable=False,
    time_left=AT_ONCE,
)
ACCOUNTS_MERGED = Notice(
    "account.accounts_merged",
    Kind.SECURITY,
    Who.PERSON,
    _("Another account of yours was merged into this one"),
    body=_(
        "It was the account “%(name)s”. What opened it opens this account now. If you did not ask for this, write to "
        "support at once."
    ),
    mutable=False,
    time_left=AT_ONCE,
)
NUMBER_CHANGED = Notice(
    "account.number_changed",
    Kind.SECURITY,
    Who.PERSON,
    _("Your mobile number was changed"),
    mutable=False,
    time_left=AT_ONCE,
)
WAY_IN_LINKED = Notice(
    "account.way_in_linked",
    Kind.SECURITY,
    Who.PERSON,
    _("%(provider)s was linked"),
    body=_(
        "From now on %(provider)s opens your account too. If this was not you, change your password and tell "
        "us at once."
    ),
    mutable=False,
    time_left=AT_ONCE,
    has_own_letter=True,
)
WAY_IN_UNLINKED = Notice(
    "account.way_in_unlinked",
    Kind.SECURITY,
    Who.PERSON,
    _("%(provider)s was unlinked"),
    body=_("%(provider)s no longer opens your account. If this was not you, change your password and tell us at once."),
    mutable=False,
    time_left=AT_ONCE,
    has_own_letter=True,
)
DESTINATION_CHANGED = Notice(
    "account.destination_changed",
    Kind.SECURITY,
    Who.SELLER,
    _("Your withdrawal account was changed"),
    body=_("New: %(account)s. If this was not you, change your password and tell us at once."),
    mutable=False,
    time_left=AT_ONCE,
    has_own_letter=True,
)
NOT_CLOSED = Notice(
    "account.not_closed",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your account was not closed"),
    body=_(
        "Something turned up that has to end first: %(reasons)s. Your account is open again, close it anew after that."
    ),
    mutable=False,
    has_own_letter=True,
)
EXPORT_READY = Notice("account.export_ready", Kind.SYSTEM, Who.PERSON, _("The copy of your data is ready"))
EXPORT_FAILED = Notice("account.export_failed", Kind.SYSTEM, Who.PERSON, _("The copy of your data could not be made"))
ABSENCE_OVER = Notice(
    "account.absence_over",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your absence is over"),
    body=_("Buyers find your services and can order again since today. Stay longer? Note a new absence."),
)
PIECE_HIDDEN = Notice(
    "account.piece_hidden", Kind.SYSTEM, Who.PERSON, _("“%(title)s” was taken off your page"), mutable=False
)
PIECE_SHOWN = Notice("account.piece_shown", Kind.SYSTEM, Who.PERSON, _("“%(title)s” is on your page again"))
SKILL_TAKEN = Notice(
    "account.skill_taken",
    Kind.SYSTEM,
    Who.PERSON,
    _("“%(name)s” is in the list of skills now"),
    body=_("You can add it to your profile."),
    channels=BELL_ONLY,
)
SKILL_TAKEN_AS = Notice(
    "account.skill_taken_as",
    Kind.SYSTEM,
    Who.PERSON,
    _("“%(name)s” is in the list of skills as “%(skill)s”"),
    body=_("You can add it to your profile."),
    channels=BELL_ONLY,
)
SKILL_REFUSED = Notice(
    "account.skill_refused",
    Kind.SYSTEM,
    Who.PERSON,
    _("“%(name)s” was not taken into the list of skills"),
    channels=BELL_ONLY,
)
ID_EXPIRES = Notice(
    "account.id_expires",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your identity card expires soon"),
    body=_("It is valid until %(day)s. Hand in the new one before, so that nothing stands still."),
    mutable=False,
    has_own_letter=True,
)
COMPANY_EXPIRES = Notice(
    "account.company_expires",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your business licence expires soon"),
    body=_("It is valid until %(day)s. Hand in the new one before, so that nothing stands still."),
    mutable=False,
    has_own_letter=True,
)
NAME_VERIFIED = Notice(
    "account.name_verified",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your real name is verified"),
    body=_("You can now sell, and withdraw what you earn."),
    mutable=False,
    has_own_letter=True,
)
COMPANY_VERIFIED = Notice(
    "account.company_verified",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your company is verified"),
    body=_("You can now sell and invoice as this company."),
    mutable=False,
    has_own_letter=True,
)
NAME_REFUSED = Notice(
    "account.name_refused",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your real name could not be verified"),
    body=_("Reason: %(reason)s. You can put it right and hand it in again at once."),
    mutable=False,
    has_own_letter=True,
)
COMPANY_REFUSED = Notice(
    "account.company_refused",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your company could not be verified"),
    body=_("Reason: %(reason)s. You can put it right and hand it in again at once."),
    mutable=False,
    has_own_letter=True,
)
NAME_ENDED = Notice(
    "account.name_ended",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your real name is no longer verified"),
    body=_(
        "Reason: %(reason)s. Hand in your current papers to go on. Until then money cannot be withdrawn; what"
        " you have stays yours."
    ),
    mutable=False,
    has_own_letter=True,
)
COMPANY_ENDED = Notice(
    "account.company_ended",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your company is no longer verified"),
    body=_("Reason: %(reason)s. Hand in your current papers to go on."),
    mutable=False,
    has_own_letter=True,
)
NAME_EXPIRED = Notice(
    "account.name_expired",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your real name is no longer verified"),
    body=_(
        "The papers were valid until %(day)s. Hand in your current papers to go on. Until then money cannot "
        "be withdrawn; what you have stays yours."
    ),
    mutable=False,
    has_own_letter=True,
)
COMPANY_EXPIRED = Notice(
    "account.company_expired",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your company is no longer verified"),
    body=_("The papers were valid until %(day)s. Hand in your current papers to go on."),
    mutable=False,
    has_own_letter=True,
)
NAME_REVOKED = Notice(
    "account.name_revoked",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your real name is no longer verified"),
    body=_(
        "The verification was revoked. Reason: %(reason)s. If this is wrong, write to support. Until then "
        "money cannot be withdrawn; what you have stays yours."
    ),
    mutable=False,
    has_own_letter=True,
)
COMPANY_REVOKED = Notice(
    "account.company_revoked",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your company is no longer verified"),
    body=_("The verification was revoked. Reason: %(reason)s. If this is wrong, write to support."),
    mutable=False,
    has_own_letter=True,
)
PAPERS_WITH_US = Notice(
    "account.papers_with_us",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your papers are with us"),
    body=_("We look at them within one working day and tell you here."),
    channels=BELL_ONLY,
)
