"""Gigs as files: out of here and in from elsewhere. Rules and limits: docs/seller-gigs.md."""
