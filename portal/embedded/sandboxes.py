"""Both sandboxes in one process: `uvicorn portal.embedded.sandboxes:application`.

Here, because neither room may know the other: accounts lies below payments, and the identity sandbox below both. One
process, since on one machine each more costs a port and a start.
"""

from starlette.types import Receive, Scope, Send

from marketplace.accounts.sandbox.asgi import PREFIX
from marketplace.accounts.sandbox.asgi import application as identity
from marketplace.payments.sandbox.asgi import application as payments


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """By the first part of the address; start and stop are the payment sandbox's, which alone has threads."""
    is_identity = scope["type"] == "http" and scope["path"].startswith(f"{PREFIX}/")
    await (identity if is_identity else payments)(scope, receive, send)
