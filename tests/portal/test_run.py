"""`bin/run` on a machine with habits of its own."""

import pytest

from portal.embedded.run import beside_proxies


@pytest.mark.parametrize(
    ("given", "local"),
    [
        ("", "127.0.0.1,localhost"),
        ("corp.example", "corp.example,127.0.0.1,localhost"),
        ("localhost", "localhost,127.0.0.1"),
    ],
)
def test_our_own_processes_never_talk_through_a_proxy(given, local):
    environment = {"http_proxy": "http://proxy.example:3128", "no_proxy": given, "NO_PROXY": given}
    assert beside_proxies(environment) == {"no_proxy": local, "NO_PROXY": local}
