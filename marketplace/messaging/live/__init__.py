"""The live side of the portal: one socket for each window of a person, one hub for each process (docs/live.md)."""
