"""What the rules of a gig refuse, in words for the person who tried."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


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
    PICTURE_TOO_LARGE = "picture_too_large"
    PICTURE_UNREADABLE = "picture_unreadable"
    PICTURE_TOO_MANY_PIXELS = "picture_too_many_pixels"
    FEATURE_ROW_UNEVEN = "feature_row_uneven"
    NOT_A_SUBCATEGORY = "not_a_subcategory"
    NOT_READY = "not_ready"
    REASON_MISSING = "reason_missing"


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
        GigErrorCode.PICTURE_TOO_LARGE: _("“%(name)s” is larger than %(limit)s MB. Compress it and upload it again."),
        GigErrorCode.PICTURE_UNREADABLE: _("“%(name)s” is not a picture that can be read. Use JPG, PNG or WebP."),
        GigErrorCode.PICTURE_TOO_MANY_PIXELS: _("“%(name)s” has too many pixels. Make it smaller and upload it again."),
        GigErrorCode.FEATURE_ROW_UNEVEN: _("A comparison row needs one value for each package."),
        GigErrorCode.NOT_A_SUBCATEGORY: _("Choose a subcategory, not a whole category."),
        GigErrorCode.NOT_READY: _("Something is still missing before this service can be reviewed: %(missing)s."),
        GigErrorCode.REASON_MISSING: _("Say why: the seller reads it."),
    }
