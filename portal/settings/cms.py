"""Wagtail."""

from portal.env import env

from .security import SITE_URL

WAGTAIL_SITE_NAME = "匠集"
WAGTAIL_ENABLE_UPDATE_CHECK = False  # a foreign host again; dependencies are looked after in requirements
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # a foreign host that learns who works here
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_I18N_ENABLED = True
# A translation begins as a draft in the source's words; only the editors put it live (cms_pages/translating.py).
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
WAGTAILIMAGES_IMAGE_MODEL = "cms_pages.SiteImage"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "avif"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "zip", "txt", "csv"]
WAGTAILADMIN_LOGIN_URL = "staff_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"  # of pages that are kept private
# Staff change password and address where everybody does: allauth asks who they are first.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False  # nor for each other: who is new asks for a password by mail
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAIL_AUTOSAVE_INTERVAL = 0  # half a second of autosave would turn a moderator's reading into revisions
# What goes live is the revision that was reviewed, never a later one.
WAGTAIL_FINISH_WORKFLOW_ACTION = "marketplace.gigs.workflow_finish.publish_reviewed"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILEMBEDS_RESPONSIVE_HTML = True
TAGGIT_CASE_INSENSITIVE = True

# Search engines that are told of new, changed and gone addresses (cms_pages/announcing.py); none without a key.
SEARCH_PUSH = {
    "indexnow": {
        "key": env.str("INDEXNOW_KEY", default=""),
        "endpoint": env.str("INDEXNOW_URL", default="https://api.indexnow.org/indexnow"),
    },
    "baidu": {
        "key": env.str("BAIDU_PUSH_TOKEN", default=""),
        "endpoint": env.str("BAIDU_PUSH_URL", default="http://data.zz.baidu.com/urls"),
    },
}
