"""Which typed addresses a link may have: ones that lead to a page, not ones that run something."""

_SCHEMES = ("https://", "http://", "mailto:", "tel:")
# Browsers read "//host" and "/\host" as another host, and leave out what is no character in between.
_OTHER_HOST = ("//", "/\\")


def may_be_linked(address: str) -> bool:
    """Whether a typed address is one of this site (`/help/`, `#live`), of another host, a mail address or a telephone number."""
    if any(character.isspace() or not character.isprintable() for character in address):
        return False
    if address.startswith("/"):
        return not address.startswith(_OTHER_HOST)
    return address.startswith("#") or address.lower().startswith(_SCHEMES)
