"""What the rules of a gig refuse, in words for the person who tried."""

from collections.abc import Sequence
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError
from marketplace.uploads.errors import UploadError


class GigErrorCode(StrEnum):
    NOT_SELLER = "not_seller"
    LOCKED_FOR_REVIEW = "locked_for_review"
    WRONG_STATE = "wrong_state"
    OWN_GIG = "own_gig"
    NO_PACKAGE = "no_package"
    TOO_MANY_PACKAGES = "too_many_packages"
    DUPLICATE_TIER = "duplicate_tier"
    PRICES_NOT_ASCENDING = "prices_not_ascending"
    PRICE_TOO_LOW = "price_too_low"
    PRICE_TOO_HIGH = "price_too_high"
    TOO_MANY_TAGS = "too_many_tags"
    TAG_TOO_LONG = "tag_too_long"
    SELLER_NOT_READY = "seller_not_ready"
    TOO_MANY_PICTURES = "too_many_pictures"
    TOO_MANY_VIDEOS = "too_many_videos"
    TOO_MANY_DOCUMENTS = "too_many_documents"
    FEATURE_ROW_UNEVEN = "feature_row_uneven"
    TOO_MANY_FEATURES = "too_many_features"
    TOO_MANY_EXTRAS = "too_many_extras"
    TOO_MANY_FAQS = "too_many_faqs"
    TOO_MANY_REQUIREMENTS = "too_many_requirements"
    MEDIA_GONE = "media_gone"
    EXTRA_PRICE = "extra_price"
    TOO_MANY_GIGS = "too_many_gigs"
    STALE_DRAFT = "stale_draft"
    NOT_A_SUBCATEGORY = "not_a_subcategory"
    CATEGORY_HIDDEN = "category_hidden"
    NOT_READY = "not_ready"
    REASON_MISSING = "reason_missing"
    IMPORT_TOO_LARGE = "import_too_large"
    IMPORT_UNREADABLE = "import_unreadable"
    IMPORT_FORMULA = "import_formula"
    IMPORT_EMPTY = "import_empty"
    IMPORT_TOO_MANY = "import_too_many"
    IMPORT_GONE = "import_gone"
    ALREADY_DECIDED = "already_decided"
    NOT_YOUR_REVIEW = "not_your_review"
    TAKEN_BACK = "taken_back"
    OTHER_REVISION = "other_revision"


class GigError(DomainError):
    """A rule of gigs said no."""

    messages: dict[StrEnum, str | Promise] = {
        GigErrorCode.NOT_SELLER: _("Finish opening your seller desk first, then publish services."),
        GigErrorCode.LOCKED_FOR_REVIEW: _("This service is in review. It can be edited again once the review is done."),
        GigErrorCode.WRONG_STATE: _(
            "This cannot be done with the service as it stands now. Reload the page and look again."
        ),
        GigErrorCode.OWN_GIG: _("This is your own service."),
        GigErrorCode.NO_PACKAGE: _("Fill in the Basic package."),
        GigErrorCode.TOO_MANY_PACKAGES: _("A service has at most three packages."),
        GigErrorCode.DUPLICATE_TIER: _("Each package can be there only once."),
        GigErrorCode.PRICES_NOT_ASCENDING: _("A higher package must not cost less than the one below it."),
        GigErrorCode.PRICE_TOO_LOW: _("The price must be at least ¥%(yuan)s."),
        GigErrorCode.PRICE_TOO_HIGH: _("The price must be at most ¥%(yuan)s."),
        GigErrorCode.TOO_MANY_TAGS: _("At most %(limit)s tags. There are %(count)s now."),
        GigErrorCode.TAG_TOO_LONG: _("A tag has at most %(limit)s characters. “%(tag)s” is longer."),
        GigErrorCode.SELLER_NOT_READY: _("Before a service can be published, we need: %(missing)s."),
        GigErrorCode.TOO_MANY_PICTURES: _("At most %(limit)s pictures. There would be %(count)s."),
        GigErrorCode.TOO_MANY_VIDEOS: _("At most one video. There would be %(count)s."),
        GigErrorCode.TOO_MANY_DOCUMENTS: _("At most %(limit)s PDFs. There would be %(count)s."),
        GigErrorCode.FEATURE_ROW_UNEVEN: _("A comparison row needs one value for each package."),
        GigErrorCode.TOO_MANY_FEATURES: _("At most %(limit)s comparison rows. There are %(count)s now."),
        GigErrorCode.TOO_MANY_EXTRAS: _("At most %(limit)s add-ons. There are %(count)s now."),
        GigErrorCode.TOO_MANY_FAQS: _("At most %(limit)s questions and answers. There are %(count)s now."),
        GigErrorCode.TOO_MANY_REQUIREMENTS: _("At most %(limit)s questions to the buyer. There are %(count)s now."),
        GigErrorCode.MEDIA_GONE: _(
            "Not saved: a file of the gallery was removed meanwhile, for example in another window. Reload the page."
        ),
        GigErrorCode.EXTRA_PRICE: _("An add-on costs something, and at most ¥%(yuan)s."),
        GigErrorCode.TOO_MANY_GIGS: _(
            "At your level you can have %(limit)s services, drafts and paused ones included. "
            "Put one away that you no longer need, or reach the next level."
        ),
        GigErrorCode.STALE_DRAFT: _(
            "Not saved: this service was changed in another window meanwhile. What you typed still stands here; "
            "copy what you need, then open the newest version."
        ),
        GigErrorCode.NOT_A_SUBCATEGORY: _("Choose a subcategory, not a whole category."),
        GigErrorCode.CATEGORY_HIDDEN: _("This category is no longer offered. Choose another one."),
        GigErrorCode.NOT_READY: _("Something is still missing before this service can be reviewed: %(missing)s."),
        GigErrorCode.REASON_MISSING: _("Say why: the seller reads it."),
        GigErrorCode.IMPORT_TOO_LARGE: _("The file is larger than %(limit)s MB. Divide it and send the parts."),
        GigErrorCode.IMPORT_UNREADABLE: _(
            "This file cannot be read. Send the filled-in template or an export of your own, as XLSX or JSON."
        ),
        GigErrorCode.IMPORT_FORMULA: _(
            "There is a formula in the sheet “%(sheet)s”, line %(line)s. Formulas are not computed: put the value there."
        ),
        GigErrorCode.IMPORT_EMPTY: _("There is no service in this file."),
        GigErrorCode.IMPORT_TOO_MANY: _("At most %(limit)s services in a file. There are %(count)s: divide it."),
        GigErrorCode.IMPORT_GONE: _("This import is over a day old or was replaced. Send the file again."),
        GigErrorCode.ALREADY_DECIDED: _("This review is over already. %(who)s: %(what)s."),
        GigErrorCode.TAKEN_BACK: _(
            "The seller took this service back meanwhile: there is nothing left to decide. It queues again when it is submitted."
        ),
        GigErrorCode.OTHER_REVISION: _(
            "Not decided: another version is being reviewed than the one you read. This is the one of now."
        ),
        GigErrorCode.NOT_YOUR_REVIEW: _(
            "This review is for a colleague: nobody judges their own service, or the same price twice."
        ),
    }


class FilesRefusedError(Exception):
    """Files that came with a form without script are refused; each refusal names its file."""

    def __init__(self, refusals: Sequence[UploadError]) -> None:
        super().__init__(*(refusal.message for refusal in refusals))
        self.refusals = refusals
