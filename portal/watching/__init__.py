"""How the running portal is watched: ids of requests and jobs in the log, figures, traces, error reports."""
