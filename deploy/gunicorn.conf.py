"""Pages: `gunicorn --config deploy/gunicorn.conf.py portal.wsgi`. Sizes of one container; docs/deployment.md says why."""

import gc
import os

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# The apps are loaded once, and their memory is shared by all workers; one that is replaced is there at once.
preload_app = True
# nginx has the whole request before it asks, so a worker that says nothing for so long hangs.
timeout = 60
# What has begun may end; then the container goes (stop_grace_period and terminationGracePeriodSeconds are longer).
graceful_timeout = 30
# nginx asks on a new connection each time, so that none is closed under a request while a process ends.
keepalive = 0
# Memory that libraries never give back goes with its process, and not with all of them at once.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat's file is in memory: on a disk that is busy a worker looks dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108 a file system of the container alone
control_socket_disable = True  # it would be made in a home that cannot be written to
forwarded_allow_ips = "*"  # only nginx reaches this port
accesslog = None  # nginx writes it, with the number of the request


def when_ready(server):
    """Before the first worker is forked: what is loaded now is shared by all of them."""
    if server.app.app_uri.partition(":")[0] == "portal.wsgi":
        from portal.warming import warm  # only now are the apps loaded

        warm()
    # A collector that looks at six hundred thousand objects which live as long as the process holds every request up for
    # 0.4 seconds; and what it never touches stays shared.
    gc.collect()
    gc.freeze()
