"""Offers between two people, and briefs that many may answer."""

from marketplace.offers.models.briefs import Brief, BriefFile, BriefInvitation
from marketplace.offers.models.negotiations import DeclineReason, Negotiation, Offer, OfferStage

__all__ = ["Brief", "BriefFile", "BriefInvitation", "DeclineReason", "Negotiation", "Offer", "OfferStage"]
