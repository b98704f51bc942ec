"""Who came, by which way, and how far: noted in Valkey while pages are made, folded into VisitorDay by a job."""
