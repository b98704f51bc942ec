"""Forms of people. One module a subject."""

from marketplace.accounts.forms.entrance import (
    AddEmailForm,
    ChangePasswordForm,
    ChangePhoneForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    ConfirmPasswordResetCodeForm,
    LoginForm,
    OpensAccount,
    PresentContactForm,
    ReauthenticateForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
    VerifyPhoneForm,
    WithoutPlaceholders,
    is_free_for_sign_up,
)
from marketplace.accounts.forms.profiles import ProfileForm
from marketplace.accounts.forms.social import SocialSignupForm

__all__ = [
    "AddEmailForm",
    "ChangePasswordForm",
    "ChangePhoneForm",
    "ConfirmEmailVerificationCodeForm",
    "ConfirmLoginCodeForm",
    "ConfirmPasswordResetCodeForm",
    "LoginForm",
    "OpensAccount",
    "PresentContactForm",
    "ProfileForm",
    "ReauthenticateForm",
    "RequestLoginCodeForm",
    "ResetPasswordForm",
    "ResetPasswordKeyForm",
    "SetPasswordForm",
    "SignupForm",
    "SocialSignupForm",
    "VerifyPhoneForm",
    "WithoutPlaceholders",
    "is_free_for_sign_up",
]
