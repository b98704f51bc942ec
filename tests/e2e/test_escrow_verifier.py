"""The page's own verifier, in a real browser: it accepts a downloaded proof and refuses one that was changed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.embedded.paths import PROJECT

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_seller_downloads_a_proof_and_the_page_checks_it(person, stack, size, tmp_path: Path) -> None:
    published = stack.manage("publish_escrow_proof")
    assert published.returncode == 0, published.stderr
    seller = person("seller", size=size)
    seller.log_in("seller@jiangji.example")
    page = seller.visit("/wallet/")
    page.locator("main a[href$='/wallet/proofs/']").click()
    seller.snap("1 proofs")
    with page.expect_download() as download:
        page.locator("main a[href*='/wallet/proofs/'][download]").first.click()
    proof = tmp_path / "proof.json"
    download.value.save_as(proof)

    seller.visit("/trust/escrow/")
    seller.snap("2 published")
    choose = page.locator("#proof-file")
    choose.set_input_files(proof)
    good, bad = page.locator("[data-verdict=good]"), page.locator("[data-verdict=bad]")
    expect(good).to_be_visible()
    expect(bad).to_be_hidden()
    document = json.loads(proof.read_text())
    expect(page.locator("[data-fill=account]")).to_have_text(document["line"]["account"])
    seller.snap("3 accepted")

    changes = {
        "root": lambda copy: copy["line"].update(amount_fen=copy["line"]["amount_fen"] + 1),
        "amount": lambda copy: copy["path"][0].update(sum_fen=-copy["path"][0]["sum_fen"] - 1),
        "unpublished": lambda copy: copy["published"].update(day="2001-01-01"),
    }
    for reason, change in changes.items():
        copy = json.loads(proof.read_text())
        change(copy)
        changed = tmp_path / f"{reason}.json"
        changed.write_text(json.dumps(copy))
        choose.set_input_files(changed)
        expect(page.locator(f"[data-reason={reason}]")).to_be_visible()
        expect(bad).to_be_visible()
        expect(good).to_be_hidden()
    seller.snap("4 refused")
    # Another file is no reason for alarm: nothing of it was checked.
    for name, content in (
        ("another.json", '{"name": "package"}'),
        ("letter.txt", "你好"),
        ("half.json", '{"published": {"day"'),
    ):
        wrong = tmp_path / name
        wrong.write_text(content)
        choose.set_input_files(wrong)
        expect(page.locator("[data-verdict=foreign]")).to_be_visible()
        expect(bad).to_be_hidden()
    seller.problems[:] = [each for each in seller.problems if "404" not in each]  # the day that was never published

    # What the page offers as a script says the same.
    with page.expect_download() as download:
        page.locator("a[download='verify_escrow.py']").click()
    script = tmp_path / "verify_escrow.py"
    download.value.save_as(script)
    for file, code in ((proof, 0), (tmp_path / "root.json", 1)):
        ran = subprocess.run([sys.executable, script, file], cwd=PROJECT, capture_output=True, text=True, check=False)
        assert ran.returncode == code, ran.stdout + ran.stderr
