"""What else to look at: gigs that the same people bought or keep. Figures in computing, reads in selectors."""
