"""Pages in production: `gunicorn portal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django_application = get_wsgi_application()  # loads the apps; only then may addresses be looked up

from portal.body_limit import WsgiBodyLimit  # noqa: E402

application = WsgiBodyLimit(django_application)
