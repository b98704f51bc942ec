"""How numbers and addresses of people are shown to staff who did not ask for them in full."""


def masked_phone(phone: str) -> str:
    """The first digits and the last four: +86138****8000."""
    return f"{phone[:-8]}****{phone[-4:]}" if len(phone) > 8 else "*" * len(phone)


def masked_email(email: str) -> str:
    """The first character and the host: l***@example.com."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if at else ""
