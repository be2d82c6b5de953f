"""The dashboard counts while one types as the rules count when it is sent: its own module, run by Node, against the networks' rules."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from socialclaw.networks import providers, x
from socialclaw.networks.x.text import weigh
from tests.networks.clients.node import program

SOURCE = Path(__file__).parents[2] / "web" / "src"
TLDS = Path(x.__file__).parent / "tlds.txt"
TEXTS = [
    "",
    "Plain words, nothing else.",
    "Zwölf Größen für déjà vu",
    "二十文字の日本語はそれぞれ二つに数える",
    "한국어 텍스트",
    "Привет, мир",
    "👍 🏳️‍🌈 👩‍👩‍👧‍👦 🇩🇪 1️⃣ 👋🏽",
    "e\u0301 is one",
    "see https://example.org/a/very/long/path?with=a&query=string#and-more of it",
    "two: http://a.example.com and https://b.example.com/x",
    "bare example.com and news.example.org/path",
    "no.link.here but v1.2.3",
    "(see https://example.org/a). And news.museum, too!",
    "me@example.org @example.org #a.com $b.com",
    "https://localhost/x http://127.0.0.1:8000/ https://nothing.nosuchtld/path",
    "HTTPS://EXAMPLE.ORG/UP Example.Com:8080/x?y=z",
    "ünïcode.com http://bücher.example.de/ß",
    "…—“quotes” and ‘others’",
    "a\nb\n\nc",
    "x" * 300,
    "日本" * 100 + " https://example.org/" + "y" * 200,
]


def lengths(unit: str) -> list[int]:
    node, _ = program()
    script = f"""
    import {{ knowTlds, lengthOf }} from {json.dumps((SOURCE / "lib" / "count.ts").as_uri())};
    knowTlds({json.dumps(TLDS.read_text())});
    console.log(JSON.stringify({json.dumps(TEXTS)}.map((text) => lengthOf(text, {json.dumps(unit)}))));
    """
    done = subprocess.run([node, "--no-warnings", "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    found: list[int] = json.loads(done.stdout)
    return found


def test_a_text_is_as_long_as_x_takes_it_to_be() -> None:
    assert dict(zip(TEXTS, lengths("weighted characters"), strict=True)) == {text: weigh(text) for text in TEXTS}


def test_every_unit_that_a_network_counts_in_is_counted_in() -> None:
    count = {
        "weighted characters": weigh,
        "characters": len,
        "UTF-16 code units": lambda text: len(text.encode("utf-16-le")) // 2,
        "bytes": lambda text: len(text.encode()),
    }
    units = {provider.rules.text_unit for provider in providers().values()}
    assert units <= count.keys()
    for unit in units:
        assert lengths(unit) == [count[unit](text) for text in TEXTS], unit


def test_every_network_has_a_look_and_every_fold_a_source() -> None:
    table = (SOURCE / "post" / "looks.ts").read_text().partition("export const LOOKS")[2].partition("\n};")[0]
    assert [key for key in providers() if f"\n  {key}: " not in table and f"\n  {key},\n" not in table] == []
    everything = (SOURCE / "post" / "looks.ts").read_text()
    assert everything.count("more: '") == everything.count("source: FOLDS") + everything.count("source: 'https://")
