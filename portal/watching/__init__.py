"""How the running portal is watched: the ids of requests and jobs in the log."""
