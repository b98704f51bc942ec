"""The whole URL map. Wagtail's catch-all comes last."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.urls import serve_pattern
from wagtail.views import authenticate_with_password

from cms_pages import announcing, sitemaps
from marketplace.accounts.views import staff_login
from marketplace.core.client_texts import client_texts
from marketplace.operations import views as operations
from marketplace.payments import views as payments
from portal import health, styleguide
from portal.sites import serve_page

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("status.json", operations.status_json, name="status_json"),
    path("texts/<slug:language>.<slug:version>.js", client_texts, name="client_texts"),
    path("robots.txt", health.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap_index, name="sitemap"),
    path("sitemaps/<slug:section>-<int:number>.xml", sitemaps.sitemap_part, name="sitemap_part"),
    path("indexnow-key.txt", announcing.key_file, name="indexnow_key"),
    # Gateways call without language, session or CSRF token.
    path("pay/alipay/notify/", payments.notify, {"gateway_code": "alipay"}, name="alipay_notify"),
    path("pay/wechatpay/notify/", payments.notify, {"gateway_code": "wechatpay"}, name="wechatpay_notify"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/login/", staff_login, name="staff_login"),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
if settings.DEMO:
    # On one machine the process that answers pages hands out uploaded pictures too; in production nginx or S3 does.
    urlpatterns += [re_path(r"^media/(?P<path>.+)$", serve, {"document_root": settings.MEDIA_ROOT})]

urlpatterns += i18n_patterns(
    path("accounts/", include("marketplace.accounts.security_urls")),  # before those of allauth that it wraps
    path("", include("marketplace.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("marketplace.uploads.urls")),
    path("", include("marketplace.gigs.urls")),
    path("", include("marketplace.discovery.urls")),
    path("", include("marketplace.orders.urls")),
    path("", include("marketplace.offers.urls")),
    path("", include("marketplace.payments.urls")),
    path("", include("marketplace.ledger.urls")),
    path("", include("marketplace.reviews.urls")),
    path("", include("marketplace.moderation.urls")),
    path("", include("marketplace.support.urls")),
    path("", include("marketplace.messaging.urls")),
    path("", include("marketplace.notifications.urls")),
    path("", include("marketplace.insights.urls")),
    path("", include("marketplace.operations.urls")),
    path("", include("cms_pages.urls")),
    # Wagtail's log-in for private pages asks for the password alone, without throttle or second factor.
    path(
        "_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True), name="wagtailcore_login"
    ),
    # Wagtail's own two, of which the second finds the site as we do.
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        authenticate_with_password,
        name="wagtailcore_authenticate_with_password",
    ),
    re_path(serve_pattern, serve_page, name="wagtail_serve"),
    prefix_default_language=False,
)

handler500 = "portal.health.server_error"
