"""Alerts and dashboards ask for figures that are told, and every alert has a runbook."""

import json
import re

import pytest
import yaml

from portal.watching.gauges import SOURCES
from portal.watching.metrics import _jobs, _pages
from tests.contracts.source import ROOT

MONITORING = ROOT / "deploy" / "monitoring"
DOCUMENT = (ROOT / "docs" / "operations.md").read_text()
ALERTS = [
    rule for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
DASHBOARDS = sorted((MONITORING / "dashboards").glob("*.json"))
FIGURE = re.compile(r"\bjiangji_[a-z_]+")


@pytest.fixture
def told(db) -> set[str]:
    """The names of all figures, as they are told."""
    names = {metric.name for source in SOURCES.values() for metric in source()} | {"jiangji_source_up"}
    for histogram in (_pages, _jobs):
        (described,) = histogram.describe()
        names |= {described.name, *(f"{described.name}_{ending}" for ending in ("bucket", "count", "sum"))}
    return names


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_asks_for_what_is_told_and_has_a_runbook(alert, told):
    named = set(FIGURE.findall(alert["expr"]))
    assert named <= told
    assert named or "up{" in alert["expr"]
    assert alert["labels"]["severity"] in {"urgent", "soon"}
    section = DOCUMENT.partition(f"\n### {alert['alert']}\n")[2].partition("\n### ")[0]
    assert len(section.strip()) > 60, f"docs/operations.md says nothing of {alert['alert']}"


def test_there_is_no_runbook_without_an_alert():
    runbooks = DOCUMENT.partition("\n## Runbooks\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^### (.+)$", runbooks, re.MULTILINE)) == {alert["alert"] for alert in ALERTS}


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_asks_for_what_is_told(path, told):
    board = json.loads(path.read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(expressions) >= 6
    for expression in expressions:
        named = set(FIGURE.findall(expression))
        assert named
        assert named <= told, expression
    places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
    assert len(set(places)) == len(places)


def test_every_figure_is_in_the_document(told):
    written = set(FIGURE.findall(DOCUMENT))
    histograms = {described.name for histogram in (_pages, _jobs) for described in histogram.describe()}
    parts = {f"{name}_{ending}" for name in histograms for ending in ("bucket", "count", "sum")}
    assert written == told - parts
