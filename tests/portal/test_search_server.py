"""The search server that the command line provides where no cluster is named."""

import os
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

pytestmark = pytest.mark.xdist_group("search server")

ASK = """
import os, urllib.request
from portal.embedded import provide_search_server
provide_search_server()
provide_search_server()  # named by now: no second one
url = os.environ["ELASTICSEARCH_URL"]
print(url, urllib.request.urlopen(url + "/_cat/nodes?h=name").read().decode().count("\\n"))
"""


def test_a_command_without_a_cluster_gets_one_that_ends_with_it():
    environment = {name: value for name, value in os.environ.items() if name != "ELASTICSEARCH_URL"}
    said = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=600)
    assert said.returncode == 0, said.stderr
    url, nodes = said.stdout.split()
    assert nodes == "1"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=3)
