"""The dialog of the points: table, CSV in, CSV out."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.app.servers import wait_until
from tests.browser.page import Page
from tests.browser.painting import (
    UNDO,
    cell,
    cells,
    choose_own,
    go_back,
    open_dialog,
    settled,
    stroke,
    take,
)


def load(page: Page, text: str) -> None:
    page.run("document.querySelector('.paste').value = arguments[0]", text)
    page.click("[data-action='loadPoints']")


def said(page: Page) -> str:
    return page.text(".import-said")


@pytest.mark.slow
def test_points_come_as_csv_of_many_kinds(page: Page, tmp_path: Path) -> None:
    csv_is_loaded_as_one_step(page)
    points_outside_are_fitted_when_asked(page)
    a_file_is_loaded(page, tmp_path)
    five_thousand_rows_are_no_burden(page)


def csv_is_loaded_as_one_step(page: Page) -> None:
    page.play()
    open_dialog(page)
    spec = page.spec_id
    load(page, "x1;x2;label\n1,5;2;cat\n-1;-2;dog\n3;3;cat\n0;4;bird\n")
    page.wait(lambda: said(page), "the page answers")
    assert (
        said(page) == "4 points loaded. Words were mapped to classes: cat → 0, dog → 1, bird → 2."
    )
    page.wait(lambda: page.spec_id > spec, "it is trained on")
    assert page.text(".dialog-note") == "4 points · Many classes"
    assert cells(page, 1) == ["1.5", "2", "0"]
    assert cells(page, 4) == ["0", "4", "2"]
    page.goes_on()
    page.press(Keys.ESCAPE)
    page.pause()
    settled(page, 4)
    assert len(page.find_all(".tile[data-role='output']")) == 3
    go_back(page, UNDO)
    page.wait(lambda: len(page.find_all(".tile[data-role='output']")) == 1, "the circle is back")
    assert page.find("[data-dataset='circle']").get_attribute("aria-checked") == "true"


def points_outside_are_fitted_when_asked(page: Page) -> None:
    page.allowed.append("/api/points")
    open_dialog(page)
    load(page, "170,60,0\n180,90,1\n175,75,1\n")
    page.wait(lambda: said(page), "the page answers")
    assert said(page) == "Line 1, column 1: x1 must lie between −6 and 6, but is 170."
    page.edited(lambda: page.click("[data-action='fitPoints']"))
    assert [cells(page, row) for row in (1, 2, 3)] == [
        ["-5", "-5", "0"], ["5", "5", "1"], ["0", "0", "1"],
    ]  # fmt: skip


def a_file_is_loaded(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text("x1\tx2\tlabel\n1\t2\t0.5\n3\t4\t-1.5\n", "utf-16")
    page.edited(lambda: page.find(".import input[type='file']").send_keys(str(file)))
    assert page.text(".dialog-note") == "2 points · Regression"
    assert cells(page, 2) == ["3", "4", "-1.5"]


BAD = {
    "The file is empty.": "",
    "Line 3, column 2: x2 must be a number, but is “two”.": "x1,x2,label\n1,2,0\n1,two,0\n",
    "Line 3, column 3: label is missing.": "1,2,0\n\n1,2\n",
    "5001 points; at most 5000 are allowed.": "1,2,0\n" * 5001,
    "This file is too large.": "1,2,0\n" * 200_000,
    "Line 2: this cannot be read. Check that all quotation marks are closed.": '1,2,0\n1,"2,0\n',
}


@pytest.mark.slow
def test_what_is_wrong_is_not_taken(painting: Page, tmp_path: Path) -> None:
    bad_csv_says_where_and_changes_nothing(painting, tmp_path / "large.csv")
    cells_are_edited_and_wrong_ones_are_not_taken(painting)


def bad_csv_says_where_and_changes_nothing(page: Page, large: Path) -> None:
    page.allowed.append("/api/points")
    open_dialog(page)
    spec = page.spec_id
    for answer, text in BAD.items():
        if len(text) < 100_000:
            load(page, text)
        else:
            large.write_text(text)
            page.find(".import input[type='file']").send_keys(str(large))
        page.wait(lambda answer=answer: said(page) == answer, answer)
        assert page.text(".dialog-note") == "500 points · Two classes"
    assert page.spec_id == spec


def cells_are_edited_and_wrong_ones_are_not_taken(page: Page) -> None:
    before = cells(page, 2)
    first = cell(page, 1, 0)
    first.send_keys(Keys.CONTROL, "a")
    page.edited(lambda: first.send_keys("-4,25", Keys.ENTER))
    assert cells(page, 1)[0] == "-4.25"
    focused = "return document.activeElement.closest('tr').ariaRowIndex"
    assert page.run(focused) == "3"
    page.run("document.querySelector('.play').click()")
    spec = page.spec_id
    page.press("9", Keys.ARROW_DOWN)
    assert page.run(focused) == "4"
    assert page.text(".table-problem") == "Point 2, x₁: a number from −6 to 6."
    assert cell(page, 2, 0).get_attribute("aria-invalid") == "true"
    label = cell(page, 3, 2)
    label.send_keys(Keys.CONTROL, "a")
    label.send_keys("1.5", Keys.TAB)
    assert page.text(".table-problem") == "Point 3, Label: a whole number from 0 to 9."
    page.goes_on(5)
    assert page.spec_id == spec
    page.run("document.querySelector('.play').click()")
    wrong = cell(page, 2, 0)
    wrong.click()
    page.press(Keys.ESCAPE)
    assert cells(page, 2) == before
    assert page.find(".points-dialog").is_displayed()
    page.edited(lambda: page.click("[aria-label='Delete point 1']"))
    assert cells(page, 1) == before
    page.edited(lambda: page.click("[data-action='addPoint']"))
    assert page.text(".dialog-note").startswith("500 points")
    assert cells(page, 500)[:2] == ["0", "0"]
    page.press(Keys.ESCAPE)
    go_back(page, UNDO)
    settled(page, 499)


def five_thousand_rows_are_no_burden(page: Page) -> None:
    load(page, "\n".join(f"{i % 100 / 10 - 5},{i // 100 / 10 - 2.5},{i % 2}" for i in range(5000)))
    page.wait(lambda: page.text(".dialog-note") == "5,000 points · Two classes", "all are loaded")
    assert len(page.find_all(".point-table tbody tr")) < 60
    page.run("const s = document.querySelector('.table-scroll'); s.scrollTop = s.scrollHeight / 2;")
    page.wait(lambda: cells(page, 2500), "the middle is in sight")
    assert len(page.find_all(".point-table tbody tr")) < 60
    page.click("[data-action='addPoint']")
    assert "5,000" in page.text(".table-problem")
    last = cell(page, 2500, 2)
    last.send_keys(Keys.CONTROL, "a")
    page.edited(lambda: last.send_keys("0", Keys.ENTER))
    page.press(Keys.ESCAPE)
    page.play()
    page.goes_on()
    page.pause()
    choose_own(page)
    assert "5,000 points" in page.text(".plane-note")
    page.edited(lambda: take_away(page))
    page.wait(lambda: not page.find(".plane-note").is_displayed(), "there is room again")


def take_away(page: Page) -> None:
    take(page, "erase")
    stroke(page, [(0, 0), (2, 0)])


@pytest.fixture
def folder(page: Page, tmp_path: Path) -> Path:
    """Where the browser puts downloads."""
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    return tmp_path


def download(page: Page, folder: Path, action: str) -> tuple[str, list[list[str]]]:
    """Returns the name and the rows of the next file that is saved."""
    before = set(folder.iterdir())
    page.click(f"[data-action='{action}']")

    def arrived() -> Path | None:
        new = [f for f in set(folder.iterdir()) - before if f.suffix == ".csv"]
        return new[0] if new and new[0].read_text().endswith("\n") else None

    file = wait_until(arrived, "the file is there")
    return file.name, [line.split(",") for line in file.read_text().splitlines()]


@pytest.mark.slow
def test_what_is_saved_is_loaded_without_change(page: Page, folder: Path) -> None:
    predictions_are_those_of_the_network_now(page, folder)
    page.press(Keys.ESCAPE)
    for name in ("blobs", "plane", "circle"):
        page.edited(lambda name=name: page.click(f"[data-dataset='{name}']"))
        open_dialog(page)
        load_what_is_saved(page, folder, name)
        page.press(Keys.ESCAPE)
        page.until("!document.querySelector('dialog')", "the dialog is closed")


def load_what_is_saved(page: Page, folder: Path, name: str) -> None:
    saved, rows = download(page, folder, "saveData")
    assert saved == f"livenet-{name}-data.csv"
    assert rows[0] == ["x1", "x2", "label", "part"]
    assert len(rows) == 501
    assert {row[3] for row in rows[1:]} == {"train", "test"}
    file = str(folder / saved)
    page.edited(lambda: page.find(".import input[type='file']").send_keys(file))
    again, loaded = download(page, folder, "saveData")
    assert again == "livenet-points-data.csv"
    assert sorted(row[:3] for row in loaded) == sorted(row[:3] for row in rows)
    page.edited(lambda: page.find(".import input[type='file']").send_keys(str(folder / again)))
    (folder / again).unlink()
    assert download(page, folder, "saveData")[1] == loaded
    (folder / again).unlink()


def predictions_are_those_of_the_network_now(page: Page, folder: Path) -> None:
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    page.play()
    page.wait(lambda: page.metric("train_accuracy") > 95, "the circle is learned")
    page.pause()
    open_dialog(page)
    saved, rows = download(page, folder, "savePredictions")
    assert saved == f"livenet-circle-predictions-step-{page.step}.csv"
    assert rows[0] == ["x1", "x2", "label", "part", "prediction", "loss"]
    train = [[float(v) for v in (r[2], r[4], r[5])] for r in rows[1:] if r[3] == "train"]
    right = sum((prediction > 0.5) == (label == 1) for label, prediction, _ in train) / len(train)
    assert page.metric("train_accuracy") == pytest.approx(100 * right, abs=0.06)
    assert page.metric("train_loss") == pytest.approx(
        sum(loss for *_, loss in train) / len(train), abs=6e-4
    )
