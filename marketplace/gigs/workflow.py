"""The review workflow by the name that the deployment and the demo call; the work is done in reviewing.py."""

from marketplace.gigs.reviewing import ensure_gig_workflow

__all__ = ["ensure_gig_workflow"]
