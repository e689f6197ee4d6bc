"""Points from CSV: what is noticed, what is refused, and where."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.files.csv_points import PointsTable, read_points
from app.files.csv_text import CsvError
from engine import MAX_POINTS
from tests.app.servers import ROOT, LiveServer

TWO = [[1.0, 2.0, 0.0], [-3.5, 4.25, 1.0]]


def read(text: str, **options: bool) -> PointsTable:
    return read_points(text.encode(), **options)


@pytest.mark.parametrize(
    ("text", "delimiter", "header"),
    [
        ("1,2,0\n-3.5,4.25,1\n", ",", False),
        ("x1,x2,label\n1,2,0\n-3.5,4.25,1", ",", True),
        ("1, 2, 0\n-3.5, 4.25, 1\n", ",", False),
        ("1;2;0\n-3,5;4,25;1\n", ";", False),
        ("1;2;0\n-3.5;4.25;1\n", ";", False),
        ("x1;x2;label\n1,0;2,0;0,0\n-3,5;4,25;1,0\n", ";", True),
        ("1\t2\t0\n-3,5\t4,25\t1\n", "\t", False),
        ("1|2|0\n-3.5|4.25|1", "|", False),
        ("1 2 0\n  -3.5   4.25 1  \n", " ", False),
        ("a b c\n1 2 0\n-3.5 4.25 1\n", " ", True),
        ("1,2,0\r\n-3.5,4.25,1\r\n", ",", False),
        ("1,2,0\r-3.5,4.25,1", ",", False),
        ("\n\n1,2,0\n\n-3.5,4.25,1\n,,\n", ",", False),
        ('"1","2","0"\n"-3.5","4.25","1"\n', ",", False),
        ("label,x1,x2\n0,1,2\n1,-3.5,4.25\n", ",", True),
        ("Class,X,Y\n0,1,2\n1,-3.5,4.25\n", ",", True),
        ("x1,x2,y\n1,2,0\n-3.5,4.25,1\n", ",", True),
        ("x1,x2,label,part,prediction\n1,2,0,train,0.1\n-3.5,4.25,1,test,0.9\n", ",", True),
        ("1,2,0,,\n-3.5,4.25,1,\n", ",", False),
        ("1.0e0,+2.,-0\n\N{MINUS SIGN}3.5,42.5e-1,.1e1\n", ",", False),
    ],
)
def test_delimiter_and_header_are_noticed(text: str, delimiter: str, header: bool) -> None:
    assert read(text) == PointsTable(TWO, None, header, delimiter)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    table = read_points("x1,x2,동물\r\n1,2,고양이\r\n-3.5,4.25,개\r\n".encode(encoding))
    assert table == PointsTable(TWO, ["고양이", "개"], True, ",")


def test_words_become_classes_in_the_order_of_their_appearance() -> None:
    table = read('1,2,cat\n2,3,"hot, dog"\n3,4,cat\n4,5,ant\n')
    assert [label for _, _, label in table.points] == [0, 1, 0, 2]
    assert table.classes == ["cat", "hot, dog", "ant"]


@pytest.mark.parametrize(
    ("text", "rule", "details"),
    [
        ("", "empty", {}),
        ("\n , ,\n", "empty", {}),
        ("1,2,0", "too_few", {"count": 1}),
        ("x1,x2,label", "too_few", {"count": 0}),
        ("1,2,0\n1,two,0\n1,2,3", "not_number",
         {"line": 2, "column": 2, "name": "x2", "value": "two"}),
        ("1,2,0\n1,nan,0", "not_number", {"line": 2, "column": 2, "value": "nan"}),
        ("1,2,0\n1e999,1,0", "not_number", {"line": 2, "column": 1}),
        ("1,2,0\n1_0,1,0", "not_number", {"line": 2, "column": 1}),
        ("1,2,0\n\n\n1,2", "missing", {"line": 4, "column": 3, "name": "label"}),
        ("1,2,0\n,2,1", "missing", {"line": 2, "column": 1, "name": "x1"}),
        ("label,x1,x2\n0,1,2\n1,,2", "missing", {"line": 3, "column": 2, "name": "x1"}),
        ("1,2,0\n1,2,0,4", "columns", {"line": 2, "count": 4, "limit": 3}),
        ("a,b,c,d\n1,2,3,4", "header", {"line": 1, "count": 4}),
        ("1,2,0\n-6.5,0,1", "out_of_plane",
         {"line": 2, "column": 1, "name": "x1", "value": "-6.5"}),
        ("1,2,0\n3,4,cat", "mixed_labels", {"line": 2, "column": 3, "value": "cat"}),
        ("1,2,cat\n3,4,1", "mixed_labels", {"line": 2, "column": 3, "value": "1"}),
        ("1,2,0\n3,4,1e7", "label_size", {"line": 2, "column": 3}),
        ("1,2,0\n3,4,\"1\n5,6,1", "unreadable", {"line": 2}),
        ('"1,2,"0\n"3",4,1', "unreadable", {"line": 1}),
        ("\n".join(f"1,2,c{i}" for i in range(12)), "too_many_classes",
         {"line": 11, "column": 3, "value": "c10"}),
        ("1,2,0\n" * 5003, "too_many", {"count": 5003, "limit": MAX_POINTS}),
        ("x,y,c\n" + "1,2,0\n" * 5001, "too_many", {"count": 5001}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    text: str, rule: str, details: dict[str, Any]
) -> None:
    with pytest.raises(CsvError) as caught:
        read(text)
    error = caught.value
    assert error.rule == rule
    assert {key: error.details.get(key) for key in details} == details
    assert len(str(error)) < 200
    if "line" in details:
        assert str(error).startswith(f"line {details['line']}")


def test_line_of_what_cannot_be_decoded() -> None:
    with pytest.raises(CsvError) as caught:
        read_points(b"1,2,0\n2,3,1\n4,5,\xff\n")
    assert (caught.value.rule, caught.value.details) == ("encoding", {"line": 3})


def test_the_first_fault_is_the_one_of_the_first_row() -> None:
    with pytest.raises(CsvError) as caught:
        read("1,2,0\n3,x,1\nx,4,1\n5,6")
    assert caught.value.details["line"] == 2


def test_points_are_fitted_to_the_plane_when_asked() -> None:
    table = read("170,60,0\n180,90,1\n175,75,1\n", fit=True)
    assert table.points == [[-5.0, -5.0, 0.0], [5.0, 5.0, 1.0], [0.0, 0.0, 1.0]]
    flat = read("1.7e308,7,0\n-1.7e308,7,1\n", fit=True)
    assert flat.points == [[5.0, 0.0, 0.0], [-5.0, 0.0, 1.0]]


def test_five_thousand_rows_fit() -> None:
    assert len(read("1,2,0\n" * MAX_POINTS).points) == MAX_POINTS


def test_every_rule_has_its_words_and_its_line_in_the_protocol() -> None:
    folder = ROOT / "app" / "files"
    sources = [(folder / name).read_text() for name in ("csv_text.py", "csv_points.py")]
    rules = set(re.findall(r"(?:CsvError|_fault)\(\s*\"(\w+)\"", "".join(sources)))
    assert len(rules) == 13
    script = (ROOT / "static" / "js" / "points" / "csv.js").read_text()
    listed = re.search(r"RULES = \[(.*?)\]", script, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"\"(\w+)\"", listed[1])) == rules
    protocol = (ROOT / "docs" / "protocol.md").read_text()
    assert not [rule for rule in rules if f"`{rule}`" not in protocol]


def post(server: LiveServer, content: bytes, query: str = "", **headers: str) -> tuple[int, Any]:
    answer = server.get(f"/api/points{query}", "POST", content, Content_Type="text/csv", **headers)
    return answer.status, json.loads(answer.body)


def test_server_answers_points_and_task(server: LiveServer) -> None:
    status, answer = post(server, b"x1,x2,label\n1,2,cat\n-3.5,4.25,dog\n")
    assert status == 200
    assert answer == {
        "points": TWO, "task": "binary", "classes": ["cat", "dog"], "header": True,
        "delimiter": ",",
    }  # fmt: skip
    assert post(server, b"1 2 2\n3 4 0")[1]["task"] == "multiclass"
    assert post(server, b"1 2 .5\n3 4 0")[1]["task"] == "regression"


def test_server_says_what_is_wrong_and_fits_when_asked(server: LiveServer) -> None:
    content = b"1,2,0\n30,40,1\n"
    status, answer = post(server, content)
    assert status == 400
    assert answer["error"] == {
        "code": "invalid_csv", "rule": "out_of_plane", "line": 2, "column": 1, "name": "x1",
        "value": "30", "message": "line 2, column 1: x1 must lie between -6 and 6, got '30'",
    }  # fmt: skip
    status, answer = post(server, content, "?fit=1")
    assert (status, answer["points"]) == (200, [[-5.0, -5.0, 0.0], [5.0, 5.0, 1.0]])


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 64, b"\xff\xfe\xff", b'"' * 200_000, b"1" * 900_000, b"," * 900_000,
                b"1,1,1\n" * 170_000, b"\xfe\xff" + b"\xd8\x00" * 40]
)  # fmt: skip
def test_server_refuses_what_is_no_table(server: LiveServer, content: bytes) -> None:
    status, answer = post(server, content)
    assert (status, answer["error"]["code"]) == (400, "invalid_csv")


def test_server_refuses_what_is_too_large_and_strangers(server: LiveServer) -> None:
    assert post(server, b"1,2,0\n" * 200_000)[0] == 413
    status, answer = post(server, b"1,2,0\n2,1,1", Origin="https://evil.example")
    assert (status, answer["error"]["code"]) == (403, "forbidden")
    assert post(server, b"1,2,0\n2,1,1", Origin=server.url)[0] == 200


def test_tables_sent_at_once_are_all_answered(server: LiveServer) -> None:
    contents = [b"\n" * 1_000_000, b"1,2,0\n2,1,1"] * 4
    with ThreadPoolExecutor(len(contents)) as pool:
        statuses = [status for status, _ in pool.map(lambda c: post(server, c), contents)]
    assert statuses == [400, 200] * 4
