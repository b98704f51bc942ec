"""Papers as PDF, from a template, in a worker."""


def pdf_of(html: str, *, style: str) -> bytes:
    """`html` with the style sheet `style` as PDF, with the fonts of the machine embedded (package fonts-noto-cjk)."""
    # WeasyPrint takes a second to load, a fifth of what every process and command would otherwise need to start.
    from marketplace.core.paper_printing import printed

    return printed(html, style=style)
