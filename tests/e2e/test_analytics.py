"""Figures in the admin: charts are painted, tables say the same, a table goes along as XLSX, definitions open."""

import json

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person

pytestmark = pytest.mark.browser

# How many pixels of a canvas are not empty.
_PAINTED = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let place = 3; place < pixels.length; place += 4) if (pixels[place]) count += 1;
  return count;
}"""
_VALUES = "rows => rows.map(row => [row.cells[0].innerText.trim(), row.cells[1].innerText.trim()])"


def open_board(person: Person, key: str, *, query: str = "period=28") -> Page:
    page = person.visit(f"/admin/analytics/{key}/?{query}")
    expect(page.locator("[data-painted]").first).to_be_visible()
    return page


def assert_painted(page: Page) -> None:
    for canvas in page.locator("[data-painted] canvas").all():
        assert canvas.evaluate(_PAINTED) > 500


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_marketer_sees_charts_with_their_tables(person, size) -> None:
    marketer = person("marketer", size=size)
    marketer.log_in("marketer@jiangji.example")
    page = open_board(marketer, "overview")
    assert_painted(page)
    marketer.snap("overview")

    drawn = json.loads(page.locator("#analytics-data").inner_text())["gmv"]
    chart = page.locator("section:has(#chart-gmv)")
    if not chart.locator("details.analytics__table").get_attribute("open"):
        chart.locator("details.analytics__table summary").click()
    rows = chart.locator("tbody tr").evaluate_all(_VALUES)
    assert [label for label, _value in rows] == drawn["labels"]
    fen = [round(float(value.replace("¥", "").replace(",", "")) * 100) for _label, value in rows]
    assert fen == drawn["series"][0]["values"]

    definition = page.locator(".analytics__tile .analytics__definition").first
    definition.locator("summary").click()
    expect(definition.locator("dd").first).to_be_visible()

    funnel = open_board(marketer, "funnel")
    assert_painted(funnel)
    marketer.snap("funnel")
    expect(funnel.get_by_role("link", name="资金")).to_have_count(0)
    assert funnel.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_finance_takes_the_table_of_a_chart_along(person, tmp_path) -> None:
    finance = person("finance", size="desktop")
    finance.log_in("finance@jiangji.example")
    page = open_board(finance, "money", query="period=90")
    assert_painted(page)
    finance.snap("money")
    section = page.locator("section:has(#chart-take)")
    with page.expect_download() as waiting:
        section.locator("a[download][href*='.xlsx']").click()
    taken = (
        tmp_path / waiting.value.suggested_filename
    )  # openpyxl reads by the ending, which the browser's own file lacks
    waiting.value.save_as(taken)
    assert taken.suffix == ".xlsx"
    sheet = load_workbook(taken).active
    exported = [str(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)]
    drawn = json.loads(page.locator("#analytics-data").inner_text())["take"]
    assert exported == drawn["labels"]
    assert sheet.cell(row=2, column=2).value == pytest.approx(drawn["series"][0]["values"][0] / 100)


def test_every_board_of_an_administrator_is_drawn_without_an_error(person) -> None:
    administrator = person("administrator", size="desktop")
    administrator.log_in("admin@jiangji.example")
    for key in ("overview", "funnel", "categories", "cohorts", "sellers", "quality", "search", "content", "money"):
        assert_painted(open_board(administrator, key, query="period=90"))
    page = administrator.visit("/admin/analytics/desk/")
    expect(page.locator(".analytics__tile").first).to_be_visible()
