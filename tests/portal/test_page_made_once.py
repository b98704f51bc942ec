"""Of many who come at once while a page is not kept one makes it. Apart from test_page_cache.py: threads want real commits."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.core import page_cache
from tests.factories import make_gig

BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


def test_of_many_who_come_while_nothing_is_kept_one_makes_it_and_the_others_take_it(
    committed_db, monkeypatch, settings
):
    settings.PAGES_ARE_KEPT, settings.SITE_URL = True, "http://testserver"
    for limit in ("WAIT_SECONDS", "MAKING_SECONDS"):  # whatever else the machine does
        monkeypatch.setattr(page_cache, limit, 60)
    gig = make_gig()
    address = gig.get_absolute_url()
    assert Client().get(address, HTTP_USER_AGENT=BROWSER).status_code == 200
    page_cache.forget(f"gig:{gig.pk}")  # just now: what is made from here on has seen the change
    time.sleep(page_cache.SKEW_SECONDS)
    begin = Barrier(6)

    def come(_number: int) -> int:
        begin.wait(timeout=20)
        try:
            with CaptureQueriesContext(connection) as queries:
                assert Client().get(address, HTTP_USER_AGENT=BROWSER).status_code == 200
            return len(queries)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as people:
        counts = list(people.map(come, range(6)))
    assert sorted(count > 0 for count in counts) == [False] * 5 + [True], counts
