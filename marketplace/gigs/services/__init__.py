"""What sellers, moderators and buyers do with gigs, one module a subject. Reviews are in reviewing.py."""

from marketplace.gigs.services.authoring import (
    create_gig,
    publish_directly,
    slug_for,
    submit_gig,
    update_gig,
)
from marketplace.gigs.services.availability import archive_gig, pause_gig, pause_unnamed_gig, resume_gig
from marketplace.gigs.services.decisions import DENY_ACTION, RESTORE_ACTION, deny_gig, restore_gig, take_down_gig
from marketplace.gigs.services.drafts import revision_mark, save_draft, start_draft, withdraw_gig
from marketplace.gigs.services.duplicating import duplicate_gig
from marketplace.gigs.services.favourites import keep_favourite, remove_favourite, toggle_favourite
from marketplace.gigs.services.figures import forget_figures, write_figures
from marketplace.gigs.services.galleries import save_gallery
from marketplace.gigs.services.importing import apply_import, forget_imports, read_import
from marketplace.gigs.services.reviews import approve_review, send_back, view_case
from marketplace.gigs.services.together import DEEDS, Outcome, do_to_gigs
from marketplace.gigs.stats import refresh_stats

__all__ = [
    "DEEDS",
    "DENY_ACTION",
    "RESTORE_ACTION",
    "Outcome",
    "apply_import",
    "approve_review",
    "archive_gig",
    "create_gig",
    "deny_gig",
    "do_to_gigs",
    "duplicate_gig",
    "forget_figures",
    "forget_imports",
    "keep_favourite",
    "pause_gig",
    "pause_unnamed_gig",
    "publish_directly",
    "read_import",
    "refresh_stats",
    "remove_favourite",
    "restore_gig",
    "resume_gig",
    "revision_mark",
    "save_draft",
    "save_gallery",
    "send_back",
    "slug_for",
    "start_draft",
    "submit_gig",
    "take_down_gig",
    "toggle_favourite",
    "update_gig",
    "view_case",
    "withdraw_gig",
    "write_figures",
]
