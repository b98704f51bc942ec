"""Forms of people. One module a subject."""

from marketplace.accounts.forms.entrance import (
    AddEmailForm,
    ChangePasswordForm,
    ChangePhoneForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    ConfirmPasswordResetCodeForm,
    LoginForm,
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

__all__ = [
    "AddEmailForm",
    "ChangePasswordForm",
    "ChangePhoneForm",
    "ConfirmEmailVerificationCodeForm",
    "ConfirmLoginCodeForm",
    "ConfirmPasswordResetCodeForm",
    "LoginForm",
    "PresentContactForm",
    "ProfileForm",
    "ReauthenticateForm",
    "RequestLoginCodeForm",
    "ResetPasswordForm",
    "ResetPasswordKeyForm",
    "SetPasswordForm",
    "SignupForm",
    "VerifyPhoneForm",
    "WithoutPlaceholders",
    "is_free_for_sign_up",
]
