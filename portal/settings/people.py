"""Users, sign-up, log-in. Facts and traps: facts/accounts.md, section 2."""

from portal.env import ENVIRONMENT

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
ACCOUNT_SIGNUP_FIELDS = ["phone", "email*", "password1*"]
ACCOUNT_FORMS = {
    name: f"marketplace.accounts.forms.{form}"
    for name, form in {
        "signup": "SignupForm",
        "login": "LoginForm",
        "request_login_code": "RequestLoginCodeForm",
        "confirm_login_code": "ConfirmLoginCodeForm",
        "add_email": "AddEmailForm",
        "change_email": "ChangeEmailForm",
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
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
# The pages and the text message promise ten minutes.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PHONE_VERIFICATION_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_USER_MODEL_USERNAME_FIELD = None  # a random key; people sign in with a number or an address
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the sender says who writes
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_CHANGE = True
# Text-message templates in China take digits; allauth's default is eight letters with a dash.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# Whole offices share one address behind carrier NAT, so the per-address share is generous and the per-number one is not.
ACCOUNT_RATE_LIMITS = {
    "verify_phone": "1/60s/key,5/h/key,30/m/ip",
    "signup": "30/m/ip",
    # How many forged payment notifications of one address are kept to be looked at (payments/services/notifications.py).
    "refused_notification": "20/h/ip",
}

# Which edition of each document (accounts.ConsentDocument) a sign-up accepts: change it together with the page.
CONSENT_VERSIONS = {"terms": "2026-01", "privacy": "2026-01", "marketing": "2026-11", "searches": "2026-11"}
