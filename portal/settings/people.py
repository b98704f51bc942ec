"""Users, sign-up, log-in. Facts and traps: facts/accounts.md, section 2."""

from portal.env import ENVIRONMENT, PRODUCTION, env
from portal.settings.base import DEMO

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["marketplace.accounts.backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if ENVIRONMENT == "test":
    # A hundred users a test session; the real hasher has its own test.
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
    AUTHENTICATION_BACKENDS.append("django.contrib.auth.backends.ModelBackend")  # which many tests log in with
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "marketplace.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"phone", "email"}
# Either will do (accounts.forms.SignupForm). allauth proves addresses only where it is told that one is needed; our log-in
# stage lets through who has a number alone (accounts.stages).
ACCOUNT_SIGNUP_FIELDS = ["phone", "email*", "password1"]
ACCOUNT_FORMS = {
    name: f"marketplace.accounts.forms.{form}"
    for name, form in {
        "signup": "SignupForm",
        "login": "LoginForm",
        "request_login_code": "RequestLoginCodeForm",
        "confirm_login_code": "ConfirmLoginCodeForm",
        "add_email": "AddEmailForm",
        "confirm_email_verification_code": "ConfirmEmailVerificationCodeForm",
        "change_password": "ChangePasswordForm",
        "set_password": "SetPasswordForm",
        "reset_password": "ResetPasswordForm",
        "reset_password_from_key": "ResetPasswordKeyForm",
        "confirm_password_reset_code": "ConfirmPasswordResetCodeForm",
        "reauthenticate": "ReauthenticateForm",
        "verify_phone": "VerifyPhoneForm",
        "change_phone": "ChangePhoneForm",
    }.items()
}
# A code, not a link: it works on the device where it was asked for, and nobody is logged in before it is typed.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# No change of number or address on the page that asks for its code: allauth offers it to new accounts only, which tells
# whoever tries a stranger's number whether that has one. The page leads back to the beginning instead.
# The pages and the text message promise ten minutes.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PHONE_VERIFICATION_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_USER_MODEL_USERNAME_FIELD = None  # a random key; people sign in with a number or an address
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True  # one address each: the old one stays until the new one is proved
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a change of password, address, number or second factor is told by mail
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the sender says who writes
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
# Text-message templates in China take digits; allauth's default is eight letters with a dash.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# Whole offices share one address behind carrier NAT, so the per-address share is generous and the per-number one is not.
# A code costs money and annoys its owner: one a minute, five an hour, ten a day to a number or a mailbox, whatever the page.
_CODES = "1/60s/key,5/h/key,10/d/key"
ACCOUNT_RATE_LIMITS = {
    "verify_phone": f"{_CODES},60/h/ip,300/d/ip",  # texts of sign-up, log-in and changes together
    "confirm_email": f"{_CODES},120/h/ip",
    "sign_up_mail": f"{_CODES},120/h/ip",
    "request_login_code": f"20/m/ip,{_CODES}",
    "reset_password": f"20/m/ip,{_CODES}",
    "change_phone": "5/m/user",
    "signup": "30/m/ip",
    # How many forged payment notifications of one address are kept to be looked at (payments/services/notifications.py).
    "refused_notification": "20/h/ip",
    # How often an address comments on announced rules, and answers "was this helpful" (cms_pages).
    "rules_comment": "10/h/ip",
    "help_feedback": "60/h/ip",
    # How often a person hands in papers whose form is right (accounts/views/verification.py).
    "verification": "10/d/user",
    # How often a person reports something (moderation/views.py).
    "report": "10/d/user",
    # How often a person tries a coupon's code, each change of a checkout page with one in it among them (payments/checkout.py).
    "coupon_code": "120/h/user",
    # How often an address sends a form of the editors (cms_pages/form_guard.py): a whole office may share one.
    "form_entry": "10/h/ip,30/d/ip",
    # How many posters that nobody has drawn yet an address may ask for (gigs/views.py): each costs a third of a second.
    "poster": "30/m/ip",
    # Searches, the numbers beside their filters, suggestions: many people share one address of a mobile network, so these are for
    # programs (discovery/views.py). Far: pages that show all those before them as well, which cost five times as much.
    "search": "600/m/ip",
    "search_far": "120/m/ip",
    "search_count": "600/m/ip",
    "suggest": "1200/m/ip",
    # How often a person announces a file, and says that one is there (uploads/views.py): a film costs a worker minutes.
    "upload": "60/m/user,300/h/user,600/d/user",
    "upload_finish": "60/m/user,300/h/user,600/d/user",
}

# Log-in by WeChat, QQ and Weibo (docs/social-login.md). Who has no app id is not offered. Addresses replace the real hosts:
# outside production they are rooms of the identity sandbox.
IDENTITY_SANDBOX_URL: str = env.str(
    "IDENTITY_SANDBOX_URL", default="" if PRODUCTION else "http://127.0.0.1:8020/identity"
)


def _host(real: str, room: str) -> str:
    return real if PRODUCTION else f"{IDENTITY_SANDBOX_URL}/{room}"


def _provider(app_id: str, secret: str, *, authorize_url: str, api_url: str) -> dict:
    apps = [{"client_id": app_id, "secret": secret}] if app_id and secret else []
    return {"APPS": apps, "AUTHORIZE_URL": authorize_url, "API_URL": api_url}


_WEIXIN_OPEN = env.str("WEIXIN_OPEN_URL", default=_host("https://open.weixin.qq.com", "weixin"))
_WEIXIN_API = env.str("WEIXIN_API_URL", default=_host("https://api.weixin.qq.com", "weixin"))
_QQ = env.str("QQ_URL", default=_host("https://graph.qq.com", "qq"))
_WEIBO = env.str("WEIBO_URL", default=_host("https://api.weibo.com", "weibo"))
SOCIALACCOUNT_PROVIDERS = {
    # The website app of WeChat's open platform: a code to be scanned, on computers.
    "weixin": _provider(
        env.str("WEIXIN_APP_ID", default="" if PRODUCTION else "wx2026jiangjiweb"),
        env.str("WEIXIN_APP_SECRET", default="" if PRODUCTION else "sandbox-weixin"),
        authorize_url=f"{_WEIXIN_OPEN}/connect/qrconnect",
        api_url=_WEIXIN_API,
    ),
    # The Official Account, inside WeChat's own browser.
    "weixin_mp": _provider(
        env.str("WEIXIN_MP_APP_ID", default="" if PRODUCTION else "wx2026jiangji0001"),
        env.str("WEIXIN_MP_APP_SECRET", default="" if PRODUCTION else "sandbox-weixin-mp"),
        authorize_url=f"{_WEIXIN_OPEN}/connect/oauth2/authorize",
        api_url=_WEIXIN_API,
    )
    # WeChat's own script (JS-SDK), which Tencent alone may give out; loaded nowhere but inside WeChat (docs/gig-page.md).
    | {"SCRIPT_URL": f"{_host('https://res.wx.qq.com', 'weixin')}/open/js/jweixin-1.6.0.js"},
    "qq": _provider(
        env.str("QQ_APP_ID", default="" if PRODUCTION else "102026001"),
        env.str("QQ_APP_KEY", default="" if PRODUCTION else "sandbox-qq"),
        authorize_url=f"{_QQ}/oauth2.0/authorize",
        api_url=_QQ,
    ),
    "weibo": _provider(
        env.str("WEIBO_APP_KEY", default="" if PRODUCTION else "2026000001"),
        env.str("WEIBO_APP_SECRET", default="" if PRODUCTION else "sandbox-weibo"),
        authorize_url=f"{_WEIBO}/oauth2/authorize",
        api_url=_WEIBO,
    ),
}
# The buttons post to us and are redirected there, which browsers hold against the page's policy (settings/security.py);
# Weibo and QQ send phones on to pages of their own.
SOCIAL_FORM_HOSTS = (
    [_WEIXIN_OPEN, _QQ, _WEIBO]
    if not PRODUCTION
    else [_WEIXIN_OPEN, "https://*.qq.com", _WEIBO, "https://*.weibo.com", "https://*.weibo.cn"]
)
SOCIALACCOUNT_ADAPTER = "marketplace.accounts.social_adapter.SocialAdapter"
SOCIALACCOUNT_FORMS = {"signup": "marketplace.accounts.forms.SocialSignupForm"}
SOCIALACCOUNT_AUTO_SIGNUP = False  # consent, and a number or an address of their own, are for the person to give
SOCIALACCOUNT_STORE_TOKENS = False

# Second factors, devices (docs/two-factor.md).
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "marketplace.accounts.mfa.MFAAdapter"
MFA_FORMS = {
    "authenticate": "marketplace.accounts.forms.AuthenticateForm",
    "reauthenticate": "marketplace.accounts.forms.ReauthenticateSecondFactorForm",
    "activate_totp": "marketplace.accounts.forms.ActivateTOTPForm",
    "add_webauthn": "marketplace.accounts.forms.AddPasskeyForm",
    "login_webauthn": "marketplace.accounts.forms.LoginPasskeyForm",
    "authenticate_webauthn": "marketplace.accounts.forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "marketplace.accounts.forms.ReauthenticatePasskeyForm",
    "edit_webauthn": "marketplace.accounts.forms.EditPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "匠集"
# A telephone's clock may be half a minute off (RFC 6238, 5.2); our forms take each code once all the same.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
KNOWN_BROWSER_COOKIE_NAME = "__Host-known" if PRODUCTION else "known"
# So that a stranger without an app can try the demo: /dev/outbox/ shows the codes that everybody's app would show.
DEMO_SHOWS_APP_CODES = DEMO and not PRODUCTION

# Which edition of each document (accounts.ConsentDocument) is accepted: change it together with the page. "identity" is
# the text beside the box in templates/accounts/_identity_consent.html.
CONSENT_VERSIONS = {
    "terms": "2026-01",
    "privacy": "2026-01",
    "identity": "2026-01",
    "marketing": "2026-11",
    "searches": "2026-11",
    "views": "2026-11",
}

# What compares names with identity numbers (docs/verification.md): the dotted path of a class, or "" for people alone.
IDENTITY_CHECK_BACKEND: str = env.str(
    "IDENTITY_CHECK_BACKEND",
    default="" if PRODUCTION else "marketplace.accounts.identity_checks.sandbox.SandboxIdentityChecker",
)
