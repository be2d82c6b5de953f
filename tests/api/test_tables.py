"""Posts as CSV: judged whole and told by line and column, stored all or nothing, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialclaw.db.base import Scope, utc_now
from socialclaw.publishing import posts_as_rows
from socialclaw.scheduling.spreadsheet import FORMULA, guarded, plain, row
from socialclaw.system import System
from tests.api import rows
from tests.api.test_attacks import memory
from tests.conftest import Member
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")
IMPORT, VALIDATE, EXPORT = "/v1/import/posts", "/v1/import/posts/validate", "/v1/export/posts"
LATER = "2090-01-31T09:00:00"
CSV = {"content-type": "text/csv"}


async def sent(desk: Desk, text: str | bytes, path: str = IMPORT, **query: str) -> httpx2.Response:
    return await desk.api.post(path, content=text, params=query, headers=CSV)


def told(answer: httpx2.Response) -> list[tuple[Any, ...]]:
    assert answer.status_code == 422, answer.text
    found = answer.json()["details"]
    issues = [
        issue["details"] | {"code": issue["code"]}
        for issue in found.get("issues", [found | {"details": found, "code": answer.json()["code"]}])
    ]
    return [(issue["code"], issue["line"], issue["column"]) for issue in issues]


@both
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_a_table_becomes_a_run(desk: Desk, delimiter: str) -> None:
    account = (await desk.account(await desk.connect("x"))).handle
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows(
        [
            ["Account", "Text", "publish at", "labels", "settings", "First comment", "media_link"],
            [account, 'A "quoted" line\nand, another; one', LATER, "Launch, q4", '{"replyControl": "following"}', "And this", ""],
            [],
            [account, "Second", "2090-02-01 10:00", "", "", "", "https://a.example/a.png https://a.example/b.png"],
        ]
    )
    content = "\ufeff" + out.getvalue()
    seen = await sent(desk, content, VALIDATE, timezone="Europe/Berlin")
    assert (seen.status_code, seen.json()["totalPosts"]) == (200, 3), seen.text
    assert (await desk.api.get("/v1/posts")).json()["total"] == 0, "validating stores nothing"
    made = await sent(desk, content, timezone="Europe/Berlin")
    assert (made.status_code, made.json()["run"]["source"]) == (201, "csv"), made.text
    by_text = {post["description"]: post for post in made.json()["posts"]}
    first = by_text['A "quoted" line\nand, another; one']
    assert (first["publishAtUtc"], first["labels"]) == ("2090-01-31T08:00:00.000Z", ["launch", "q4"])
    assert first["settings"]["replyControl"] == "following"
    assert by_text["And this"]["parentPostId"] == first["id"]
    assert [asset["url"] for asset in by_text["Second"]["assets"]] == ["https://a.example/a.png", "https://a.example/b.png"]


@both
async def test_every_problem_is_told_by_line_and_column_and_nothing_is_stored(desk: Desk) -> None:
    account = (await desk.account(await desk.connect("x"))).handle
    text = (
        "account,text,publish_at,labels,settings\n"
        f'{account},"A fine post\non two lines",{LATER},ok,\n'
        f"{account},{'x' * 300},{LATER},,\n"
        f"x:@nobody,Hi,{LATER},,\n"
        f'{account},Hi,tomorrow,"a""b",\n'
        f'{account},Hi,{LATER},,"{{""replyControl"": ""never""}}"\n'
    )
    for path in (VALIDATE, IMPORT):
        refused = await sent(desk, text, path)
        assert [(line, column) for _, line, column in told(refused)] == [(4, 2), (5, 1), (6, 3), (6, 4), (7, 5)], refused.text
        assert refused.json()["details"]["issues"][0]["path"] == "line 4, description"
    assert (await desk.api.get("/v1/posts")).json()["total"] == 0


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "csv_invalid", 1, None),
        ("\n\n", "csv_invalid", 1, None),
        ("account,text\n", "csv_invalid", 1, None),
        ("text,publish_at\nHi,2090-01-01\n", "csv_invalid", 1, None),
        ("account,text,Text\nx:@a,Hi,Hi\n", "csv_invalid", 1, 3),
        ("account,text\nx:@a,Hi,there\n", "csv_invalid", 2, 3),
        ('account,text\nx:@a,"Hi\n', "csv_invalid", 2, None),
        ('account,text\nx:@a,"Hi" there\n', "csv_invalid", 2, None),
        (b"account,text\nx:@a,Hi\nx:@a,caf\xe9\n", "csv_invalid", 3, None),
        (b"account,text\nx:@a,H\0i\n", "csv_invalid", 2, None),
        ("account,caption\nx:@a,Hi\n", "field_misnamed", 1, 2),
        ("account,scheduled at,text\nx:@a,2090-01-01,Hi\n", "field_misnamed", 1, 2),
        ("account,text,settings\nx:@a,Hi,[1]\n", "post_settings_invalid", 2, 3),
        ("account,text,settings\nx:@a,Hi,{\n", "post_settings_invalid", 2, 3),
        ("account,text,status\nx:@a,Hi,draft\n", "field_misnamed", 2, 3),
    ],
)
async def test_what_is_no_table_of_posts_is_told_where(desk: Desk, text: str | bytes, code: str, line: int, column: int | None) -> None:
    refused = await sent(desk, text, VALIDATE)
    assert (code, line, column) in told(refused), refused.text
    assert (await sent(desk, text)).status_code == 422


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"account," + b"ab," * 8_000_000, "too_many_values"),
        (b"account" + b"," * 25_000_000, "too_many_values"),
        (b"account,text\n" + b"\n" * 25_000_000, "too_many_values"),
        (b"\r" * 25_000_000, "too_many_values"),
        (b"\x0b" * 25_000_000, "csv_invalid"),
        (b"account," + b",".join(b"column%d" % n for n in range(100_000)), "csv_invalid"),
        (b'account,text\nx,"' + b'""' * 12_000_000, "csv_invalid"),
    ],
    ids=["eight million names", "commas", "empty lines", "line ends", "other line ends", "columns", "one cell"],
)
async def test_a_hostile_table_is_refused_before_anything_is_made_of_it(desk: Desk, content: bytes, code: str) -> None:
    """In memory that is a few times its size at most, where its cells alone would be half a gigabyte."""
    with memory(8 * len(content) + 16 * 2**20):
        answer = await sent(desk, content, VALIDATE)
    assert answer.json()["code"] == code
    assert len(answer.content) < 1000


async def test_columns_that_mean_nothing_here_are_warnings_and_those_of_an_export_are_silent(desk: Desk) -> None:
    account = (await desk.account(await desk.connect("x"))).handle
    text = f"account,text,publish_at,Our number,id,status,error\n{account},Hi,{LATER},7,post_1,published,\n"
    made = await sent(desk, text)
    assert made.status_code == 201, made.text
    assert [(one["code"], one["path"]) for one in made.json()["warnings"]] == [("field_unknown", "line 1, Our number")]


@both
async def test_a_file_that_is_sent_again_with_its_key_is_the_same_run(desk: Desk) -> None:
    account = (await desk.account(await desk.connect("x"))).handle
    text, key = f"account,text,publish_at\n{account},Hi,{LATER}\n", {"idempotency-key": "once"}
    first, again = [await desk.api.post(IMPORT, content=text, headers=CSV | key, params={"mode": "draft"}) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["run"]["id"] == again.json()["run"]["id"]
    assert {post["status"] for post in again.json()["posts"]} == {"draft"}
    assert (await sent(desk, text, mode="perhaps")).json()["code"] == "filter_invalid"
    assert (await sent(desk, text, timezone="Mars")).json()["code"] == "timezone_invalid"
    other = await desk.api.post(IMPORT, json={"posts": []})
    assert (other.status_code, other.json()["code"]) == (422, "csv_expected")


@both
async def test_an_export_has_every_post_and_can_be_handed_in_again(desk: Desk, other_api: httpx2.AsyncClient) -> None:
    account = (await desk.account(await desk.connect("x"))).handle
    texts = ["=1+1", "+49 30 1234", "-1", "@ada", "\tTab", "'=quoted", "''", "'plain", 'A "quote", a; semicolon\nand a line', "ünï😀"]
    await desk.apply(*({"account": account, "description": text, "publish_at": LATER, "labels": ["a", "b c"]} for text in texts))
    answer = await desk.api.get(EXPORT)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="posts.csv"'
    content = answer.content.decode("utf-8-sig")
    cells = [*csv.reader(io.StringIO(content, newline=""))]
    assert cells[0] == [*posts_as_rows.COLUMNS]
    assert not [cell for line in cells for cell in line if cell.startswith(FORMULA)], "nothing that a spreadsheet would compute"
    again = await sent(desk, answer.content, mode="draft")
    assert again.status_code == 201, again.text
    assert sorted(post["description"] for post in again.json()["posts"]) == sorted(text.strip() for text in texts)
    assert {tuple(post["labels"]) for post in again.json()["posts"]} == {("a", "b c")}
    assert len([*csv.reader(io.StringIO((await desk.api.get(EXPORT, params={"label": "a", "status": "draft"})).text))]) == len(texts) + 1
    assert len([*csv.reader(io.StringIO((await other_api.get(EXPORT)).text))]) == 1, "another workspace has none"
    assert (await desk.api.get(EXPORT, params={"status": "nonsense"})).status_code == 422


@both
async def test_an_export_goes_on_beyond_a_page(system: System, workspace: Member, api: httpx2.AsyncClient) -> None:
    count = 2 * posts_as_rows.AT_A_TIME

    def make(scope: Scope) -> None:
        account, run, at = rows.account(scope), rows.run(scope), utc_now() + timedelta(days=1)
        for number in range(count):
            rows.post(scope, account, run, description=f"Number {number}", publish_at=at + timedelta(seconds=number // 3))

    await system.write(workspace.id, make, test=True)
    lines = [*csv.DictReader(io.StringIO((await api.get(EXPORT)).content.decode("utf-8-sig")))]
    assert {line["description"] for line in lines} == {f"Number {number}" for number in range(count)}
    assert len(lines) == count


@given(st.text())
def test_a_guarded_cell_says_the_same_and_is_no_formula(text: str) -> None:
    assert plain(guarded(text)) == text
    assert not guarded(text).startswith(FORMULA)
    [[read]] = csv.reader(io.StringIO(row([text]), newline="")) if text else [[""]]
    assert plain(read) == text
