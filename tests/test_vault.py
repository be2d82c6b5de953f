"""Secrets at rest: they open where they were put, with the right key, and nowhere else."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from socialclaw.vault import Vault, VaultError, digest

ROW = "accounts:acct_1:secrets"
OLD, NEW, OTHER = (bytes([n]) * 32 for n in range(3))


def write_keys(path: Path, *keys: tuple[str, bytes]) -> Path:
    path.write_text("".join(f"{name}:{base64.b64encode(key).decode()}\n" for name, key in keys))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("value", ["", "a", "tøken 😀", "x" * 100_000])
def test_a_secret_opens_where_it_was_put(value: str) -> None:
    vault = Vault({"k": OLD})
    assert vault.unseal(vault.seal(value, bound_to=ROW), bound_to=ROW) == value


def test_an_object_opens_as_it_was() -> None:
    vault, secrets = Vault({"k": OLD}), {"access": "ä", "refresh": None, "n": [1, 2]}
    assert vault.unseal_json(vault.seal_json(secrets, bound_to=ROW), bound_to=ROW) == secrets


def test_what_is_stored_does_not_show_the_secret_and_never_repeats() -> None:
    vault = Vault({"k": OLD})
    sealed = [vault.seal("open sesame", bound_to=ROW) for _ in range(100)]
    assert len(set(sealed)) == 100
    for one in sealed:
        assert b"sesame" not in base64.urlsafe_b64decode(one.partition(".")[2])


def test_a_secret_moved_to_another_row_does_not_open() -> None:
    vault = Vault({"k": OLD})
    sealed = vault.seal("secret", bound_to=ROW)
    for place in ("accounts:acct_2:secrets", "accounts:acct_1:token", "api_keys:acct_1:secrets", ""):
        with pytest.raises(VaultError, match="does not open"):
            vault.unseal(sealed, bound_to=place)


def test_a_changed_secret_does_not_open() -> None:
    vault = Vault({"k": OLD})
    key_id, _, body = vault.seal("secret", bound_to=ROW).partition(".")
    raw = base64.urlsafe_b64decode(body)
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(VaultError, match="does not open"):
            vault.unseal(f"{key_id}.{base64.urlsafe_b64encode(changed).decode()}", bound_to=ROW)


@pytest.mark.parametrize("broken", ["k.", "k.AAAA", "k.%%%", "k.A", "k.é"])
def test_a_broken_value_is_reported_and_not_a_crash(broken: str) -> None:
    with pytest.raises(VaultError, match="does not open"):
        Vault({"k": OLD}).unseal(broken, bound_to=ROW)


def test_another_key_of_the_same_name_does_not_open_it() -> None:
    sealed = Vault({"k": OLD}).seal("secret", bound_to=ROW)
    with pytest.raises(VaultError, match="the secret key file is the wrong one"):
        Vault({"k": OTHER}).unseal(sealed, bound_to=ROW)


def test_a_key_that_is_not_in_the_ring_is_named() -> None:
    sealed = Vault({"k1": OLD}).seal("secret", bound_to=ROW)
    with pytest.raises(VaultError, match="sealed with key 'k1', which the secret key file does not hold"):
        Vault({"k2": OLD}).unseal(sealed, bound_to=ROW)


def test_after_a_key_is_put_in_front_the_new_one_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    before = Vault.open(write_keys(tmp_path / "key", ("old", OLD)))
    sealed, signed = before.seal("secret", bound_to=ROW), before.sign("state")
    after = Vault.open(write_keys(tmp_path / "key", ("new", NEW), ("old", OLD)))
    assert after.unseal(sealed, bound_to=ROW) == "secret"
    assert after.verify(signed) == "state"
    again = after.seal("secret", bound_to=ROW)
    assert again.startswith("new.")
    last = Vault.open(write_keys(tmp_path / "key", ("new", NEW)))
    assert last.unseal(again, bound_to=ROW) == "secret"
    assert last.verify(after.sign("state")) == "state"
    assert last.verify(signed) is None
    with pytest.raises(VaultError):
        last.unseal(sealed, bound_to=ROW)


def test_the_key_file_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "secret.key"
    previous = os.umask(0)
    try:
        sealed = Vault.open(path, create=True).seal("secret", bound_to=ROW)
    finally:
        os.umask(previous)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_text()
    assert Vault.open(path, create=True).unseal(sealed, bound_to=ROW) == "secret"
    assert path.read_text() == content
    assert [p.name for p in path.parent.iterdir()] == ["secret.key"]


def test_of_processes_that_start_together_all_get_the_same_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from socialclaw.vault import Vault\n"
        "print(Vault.open(Path(sys.argv[1]), create=True).sign('x'))"
    )
    start = [sys.executable, "-c", code, str(tmp_path / "secret.key")]
    processes = [subprocess.Popen(start, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    signed = {process.communicate(timeout=60)[0] for process in processes}
    assert len(signed) == 1
    assert Vault.open(tmp_path / "secret.key").verify(signed.pop().strip()) == "x"


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o660, 0o666, 0o601])
def test_a_key_file_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    path = write_keys(tmp_path / "key", ("k", OLD))
    path.chmod(mode)
    with pytest.raises(VaultError, match="chmod 600"):
        Vault.open(path)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440])
def test_a_key_file_as_containers_are_handed_it_is_taken(tmp_path: Path, mode: int) -> None:
    path = write_keys(tmp_path / "key", ("k", OLD))
    path.chmod(mode)
    assert Vault.open(path).sign("x")


def test_a_missing_key_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(VaultError) as told:
        Vault.open(tmp_path / "secret.key")
    assert str(tmp_path / "secret.key") in told.value.message
    assert "SOCIALCLAW_SECRET_KEY_FILE" in told.value.message
    assert "\n" not in told.value.message
    assert not (tmp_path / "secret.key").exists()


SHORT = base64.b64encode(b"short").decode()
FINE = base64.b64encode(OLD).decode()


@pytest.mark.parametrize(
    "content",
    ["", "\n", "nonsense", "k:not base64!", f"k:{SHORT}", f":{FINE}", f"a.b:{FINE}", f"k:{FINE}\nk:{FINE}", "k:\x00", "ÿ"],
)
def test_a_key_file_that_makes_no_sense_is_refused_without_showing_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(content.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(VaultError) as told:
        Vault.open(path)
    assert FINE not in told.value.message
    assert SHORT not in told.value.message
    assert "\n" not in told.value.message


def test_a_signed_value_is_taken_back_and_a_changed_one_is_not() -> None:
    vault = Vault({"k": OLD})
    signed = vault.sign("conn_1.2026")
    assert vault.verify(signed) == "conn_1.2026"
    for place in range(len(signed)):
        for other in "A.=é":
            changed = signed[:place] + other + signed[place + 1 :]
            assert changed == signed or vault.verify(changed) is None
    for wrong in ("", ".", "conn_1.2026", signed[:-1], signed + "A", signed.rpartition(".")[0], "\ud800.x", f"\ud800{signed}"):
        assert vault.verify(wrong) is None
    assert Vault({"k": OTHER}).verify(signed) is None


def test_a_digest_finds_but_does_not_tell() -> None:
    assert digest("sc_live_1") == digest("sc_live_1") != digest("sc_live_2")
    assert len(digest("x")) == 64
    assert "sc_live" not in digest("sc_live_1")
