"""Which server a command speaks to, and with which key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from socialclaw.cli.remote.profiles import LOCAL, Target, save, target
from socialclaw.errors import Problem
from tests.cli.remote.conftest import Say, Scripted


def found(key: str | None = None, base_url: str | None = None, profile: str | None = None) -> Target:
    return target(key=key, base_url=base_url, profile=profile)


def project(text: str) -> None:
    Path(".socialclaw.toml").write_text(text)


def test_without_anything_it_is_the_server_on_this_machine_and_no_key(home: Path) -> None:
    assert found() == Target(LOCAL)


def test_what_the_official_client_keeps_is_used(home: Path) -> None:
    (home / ".socialclaw").mkdir()
    (home / ".socialclaw" / "config.json").write_text(json.dumps({"apiKey": "sc_live_a", "baseUrl": "https://a.example/"}))
    assert found() == Target("https://a.example", "sc_live_a")
    assert found().live


def test_a_key_from_a_flag_or_the_environment_wins(home: Path) -> None:
    save(Target("https://a.example", "sc_live_a"))
    assert found(key="sc_test_b", base_url="https://b.example") == Target("https://b.example", "sc_test_b")
    assert found(key="sc_test_b").base_url == "https://a.example"


def test_a_profile_is_chosen_by_its_name_or_by_the_project(home: Path) -> None:
    save(Target("https://a.example", "sc_test_a"))
    save(Target("https://b.example", "sc_test_b", "brand"))
    assert found(profile="brand") == Target("https://b.example", "sc_test_b", "brand")
    project('profile = "brand"\naccounts = ["x:@brand"]\n')
    assert found() == Target("https://b.example", "sc_test_b", "brand", ("x:@brand",))


def test_the_project_is_found_from_a_folder_within_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(Target("https://b.example", "sc_test_b", "brand"))
    project('profile = "brand"')
    Path("posts/december").mkdir(parents=True)
    monkeypatch.chdir("posts/december")
    assert found().profile == "brand"


def test_a_project_may_choose_a_server_that_one_has_logged_in_to(home: Path) -> None:
    save(Target("https://a.example", "sc_test_a"))
    save(Target("https://b.example", "sc_test_b", "brand"))
    project('base_url = "https://b.example/"')
    assert found() == Target("https://b.example", "sc_test_b", "brand")


def test_a_key_is_not_sent_to_a_server_that_only_a_project_names(home: Path) -> None:
    save(Target("https://a.example", "sc_live_a"))
    project('base_url = "https://thief.example"')
    assert found() == Target("https://thief.example", "")
    with pytest.raises(Problem, match="SOCIALCLAW_BASE_URL"):
        found(key="sc_live_a")
    assert found(key="sc_live_a", base_url="https://a.example").base_url == "https://a.example"


def test_a_server_that_is_named_gets_no_key_of_another(home: Path) -> None:
    save(Target("https://a.example", "sc_live_a"))
    assert found(base_url="https://b.example").key == ""


@pytest.mark.parametrize("line", ['api_key = "sc_live_a"', 'apiKey = "a"', 'token = "a"'])
def test_a_projects_file_holds_no_key(home: Path, line: str) -> None:
    project(line)
    with pytest.raises(Problem, match="do not belong"):
        found()


def test_a_file_that_is_no_toml_is_named(home: Path) -> None:
    project("= nothing")
    with pytest.raises(Problem, match=r"\.socialclaw\.toml cannot be read"):
        found()


def test_a_profile_that_is_not_there_is_said_with_those_that_are(home: Path) -> None:
    save(Target("https://b.example", "sc_test_b", "brand"))
    with pytest.raises(Problem, match="there is: brand"):
        found(profile="other")


def test_what_is_kept_is_for_its_owner_only_and_leaves_what_others_keep(home: Path) -> None:
    kept = home / ".socialclaw" / "config.json"
    kept.parent.mkdir()
    kept.write_text(json.dumps({"apiKey": "old", "theirs": 1}))
    for written in (save(Target("https://a.example", "sc_test_a")), save(Target("https://b.example", "sc_test_b", "brand"))):
        assert written.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text()) == {"apiKey": "sc_test_a", "baseUrl": "https://a.example", "theirs": 1}


def test_a_login_is_good_for_the_commands_after_it(server: Scripted, say: Say, home: Path) -> None:
    server.answers["POST /v1/keys/validate"] = (200, {"ok": True, "tenant": {"id": "tenant_1", "name": "Brand", "mode": "test"}})
    server.answers["GET /v1/accounts"] = (200, {"ok": True, "accounts": []})
    login = say("login", "--api-key", "sc_test_new", "--base-url", server.base, "--profile", "brand", key="")
    assert (login.exit_code, "Brand" in login.stdout) == (0, True)
    assert say("accounts", "list", "--profile", "brand", key="").exit_code == 0
    assert server.seen[-1][2]["authorization"] == "Bearer sc_test_new"
    assert say("accounts", "list", key="").exit_code == 3


def test_a_key_that_the_server_does_not_know_is_not_kept(server: Scripted, say: Say, home: Path) -> None:
    server.answers["POST /v1/keys/validate"] = (401, {"ok": False, "code": "api_key_invalid", "message": "Unknown"})
    assert say("login", "--api-key", "sc_test_new", "--base-url", server.base, key="").exit_code == 3
    assert not (home / ".socialclaw").exists()
