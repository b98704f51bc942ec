"""What stands in an invoice's title: names and tax numbers as people type them, put right or refused."""

import unicodedata

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from marketplace.payments.errors import InvoiceError, InvoiceErrorCode

NAME_LENGTH = 100


def clean_name(name: str) -> str:
    """A title with single blanks. Raises InvoiceError TITLE_MISSING. Full-width brackets stay: they belong to the name."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InvoiceError(InvoiceErrorCode.TITLE_MISSING)
    return cleaned[:NAME_LENGTH]


def clean_tax_number(tax_number: str) -> str:
    """A unified social credit code as the register writes it: full-width, lower case and blanks are put right (GB 32100).

    Raises InvoiceError TAX_NUMBER_MISSING, TAX_NUMBER_LENGTH, TAX_NUMBER_CHARACTERS or TAX_NUMBER_CHECK.
    """
    number = uscc.compact(unicodedata.normalize("NFKC", tax_number))
    if not number:
        raise InvoiceError(InvoiceErrorCode.TAX_NUMBER_MISSING)
    try:
        return str(uscc.validate(number))
    except InvalidLength as error:
        raise InvoiceError(InvoiceErrorCode.TAX_NUMBER_LENGTH, length=len(number)) from error
    except InvalidChecksum as error:
        raise InvoiceError(InvoiceErrorCode.TAX_NUMBER_CHECK) from error
    except ValidationError as error:
        raise InvoiceError(InvoiceErrorCode.TAX_NUMBER_CHARACTERS) from error
