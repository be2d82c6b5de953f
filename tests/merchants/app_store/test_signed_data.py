"""What the App Store signs: Apple's own samples and chain, a root of one's own, and everything that only looks like it."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from tests.merchants.app_store.minting import BUNDLE, Chain, base64url, encoded, notification, renewal, transaction

import socialclaw
from socialclaw.merchants.app_store.sandbox.authority import LEAF, authority, root_of
from socialclaw.merchants.app_store.signed_data import PRODUCTION, SANDBOX, Unverified, Verifier, apple_root, claimed_environment

SAMPLES = Path(__file__).parents[4] / "shared" / "specs" / "apple"
OWN, OTHER = Chain(), Chain()
VERIFIER = Verifier([OWN.root_der], PRODUCTION, BUNDLE, 1234)
GOOD = transaction()


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """Files of Apple's library (MIT), where they are at hand."""

    def find(name: str) -> bytes:
        path = SAMPLES / name
        if not path.exists():
            warnings.warn(f"NOT COMPARED with Apple's own samples: {path} is not there", stacklevel=2)
            pytest.skip(f"Apple's sample {name} is not at hand (looked in {SAMPLES})")
        return path.read_bytes()

    return find


def lenient(verifier: Verifier) -> Verifier:
    """Apple's test certificates lack identifiers of their keys; Apple's own tests look past that, too."""
    verifier._library()._chain_verifier.enable_strict_checks = False
    return verifier


# Apple's own.


def test_apples_samples_are_read(sample: Callable[[str], bytes]) -> None:
    apple = lenient(Verifier([sample("testCA.der")], SANDBOX, "com.example", 1234))
    told = apple.notification(sample("mock_signed_data/testNotification").decode())
    assert (told.kind, told.environment, told.transaction) == ("TEST", SANDBOX, None)
    bought, then = (sample(f"mock_signed_data/{name}").decode() for name in ("transactionInfo", "renewalInfo"))
    assert apple._library().verify_and_decode_signed_transaction(bought).bundleId == "com.example"
    assert apple._library().verify_and_decode_renewal_info(then).rawEnvironment == SANDBOX
    with pytest.raises(Unverified, match="an id is missing"):  # they are signed, and say no more than that
        apple.transaction(bought)
    for name in ("wrongBundleId", "missingX5CHeaderClaim"):
        with pytest.raises(Unverified):
            apple.notification(sample(f"mock_signed_data/{name}").decode())


def test_apples_samples_are_good_in_their_own_environment_and_under_their_own_root_alone(sample: Callable[[str], bytes]) -> None:
    told = sample("mock_signed_data/testNotification").decode()
    for verifier in (Verifier([apple_root()], SANDBOX, "com.example"), Verifier([sample("testCA.der")], PRODUCTION, "com.example", 1234)):
        with pytest.raises(Unverified):
            lenient(verifier).notification(told)
    with pytest.raises(Unverified):
        Verifier([sample("testCA.der")], SANDBOX, "com.example").notification(told)
    assert claimed_environment(told) == SANDBOX


def test_apples_real_chain_leads_to_the_root_that_we_carry(sample: Callable[[str], bytes]) -> None:
    from appstoreserverlibrary.signed_data_verifier import _ChainVerifier

    known = json.loads(sample("x509-test-chains.json"))
    chain = [known[f"REAL_APPLE_{name}_BASE64_ENCODED"] for name in ("SIGNING_CERTIFICATE", "INTERMEDIATE", "ROOT")]
    key = _ChainVerifier([apple_root()]).verify_chain(chain, False, known["EFFECTIVE_DATE"])
    assert key.startswith("-----BEGIN PUBLIC KEY")
    assert apple_root() == sample("AppleRootCA-G3.pem") or len(apple_root()) == 583


# A root of one's own.


def test_a_transaction_is_read() -> None:
    found = VERIFIER.transaction(OWN.sign({**GOOD, "appAccountToken": "7E3FB204-2F0A-4D37-A5B2-EA4C9A9A6B6F"}))
    assert (found.id, found.original_id, found.product_id, found.kind) == ("2000", "1000", "pro.monthly", "Auto-Renewable Subscription")
    assert found.account_token == "7e3fb204-2f0a-4d37-a5b2-ea4c9a9a6b6f"
    assert found.expires_at is not None
    assert (found.expires_at - found.signed_at).days == 30
    assert (found.revoked_at, found.upgraded, found.ownership) == (None, False, "PURCHASED")


def test_a_notification_is_read_with_what_is_signed_within_it() -> None:
    class Own:
        sign = staticmethod(OWN.sign)

    told = notification("DID_RENEW", "BILLING_RECOVERY", of=GOOD, then=renewal(autoRenewStatus=0), by=Own())  # type: ignore[arg-type]
    found = VERIFIER.notification(OWN.sign(told))
    assert (found.kind, found.subtype, found.status) == ("DID_RENEW", "BILLING_RECOVERY", 1)
    assert found.transaction is not None
    assert found.transaction.id == "2000"
    assert found.renewal is not None
    assert found.renewal.auto_renews is False
    forged = {**told, "data": {**told["data"], "signedTransactionInfo": OTHER.sign(GOOD)}}
    with pytest.raises(Unverified):
        VERIFIER.notification(OWN.sign(forged))


def test_a_type_that_is_newer_than_this_keeps_its_word() -> None:
    found = VERIFIER.notification(OWN.sign(notification("NEW_TYPE", "NEW_SUBTYPE", status=None)))
    assert (found.kind, found.subtype, found.status) == ("NEW_TYPE", "NEW_SUBTYPE", None)


def changed(token: str, **changes: Any) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{encoded({**GOOD, **changes})}.{signature}"


def forgeries() -> dict[str, str]:
    good = OWN.sign(GOOD)
    head, body, signature = good.split(".")
    x5c = jwt.get_unverified_header(good)["x5c"]
    unmarked = OWN.certificate("Own Root Leaf", "Own Root Int", OWN.leaf_key, OWN.middle_key)
    plain = OWN.certificate("Own Root Int", "Own Root", OWN.middle_key, OWN.root_key, ca=True)
    below = OTHER.certificate("Below", "Own Root Leaf", OTHER.leaf_key, OWN.leaf_key, mark=LEAF)
    dead = OWN.certificate("Own Root Leaf", "Own Root Int", OWN.leaf_key, OWN.middle_key, mark=LEAF, days=(-800, -600))
    return {
        "another root of the same name": OTHER.sign(GOOD),
        "another root, with ours put last": OTHER.sign(GOOD, [OTHER.leaf, OTHER.middle, OWN.root]),
        "another leaf under our intermediate": OTHER.sign(GOOD, [OTHER.leaf, OWN.middle, OWN.root]),
        "our chain, another key": OWN.sign(GOOD, key=OTHER.leaf_key),
        "another payload": changed(good, productId="pro.yearly"),
        "no algorithm": f"{encoded({'alg': 'none', 'x5c': x5c})}.{body}.",
        "HS256": OWN.sign(GOOD, alg="HS256"),
        "HS256 with the root as its key": jwt.encode(GOOD, "x" * 32, algorithm="HS256", headers={"x5c": x5c}),
        "ES384": OWN.sign(GOOD, alg="ES384"),
        "two certificates": OWN.sign(GOOD, [OWN.leaf, OWN.middle]),
        "four certificates": OWN.sign(GOOD, [OWN.leaf, OWN.middle, OWN.middle, OWN.root]),
        "no certificates": OWN.sign(GOOD, []),
        "certificates that are none": OWN.sign(GOOD, x5c=["a", "b", "c"]),
        "a leaf without Apple's mark": OWN.sign(GOOD, [unmarked, OWN.middle, OWN.root]),
        "an intermediate without Apple's mark": OWN.sign(GOOD, [OWN.leaf, plain, OWN.root]),
        "a leaf that signs another": OWN.sign(GOOD, [below, OWN.leaf, OWN.root], key=OTHER.leaf_key),
        "a leaf that had ended": OWN.sign(GOOD, [dead, OWN.middle, OWN.root]),
        "another app": OWN.sign({**GOOD, "bundleId": "org.evil"}),
        "the other environment": OWN.sign({**GOOD, "environment": "Sandbox"}),
        "Xcode": OWN.sign({**GOOD, "environment": "Xcode"}),
        "unsigned, as local testing has it": jwt.encode({**GOOD, "environment": "LocalTesting"}, "x" * 32, algorithm="HS256"),
        "a renewal": OWN.sign(renewal()),
        "an end that is text": OWN.sign({**GOOD, "expiresDate": "soon"}),
        "an end after all": OWN.sign({**GOOD, "expiresDate": 10**18}),
        "no time": OWN.sign({**GOOD, "signedDate": None}),
        "no id": OWN.sign({**GOOD, "originalTransactionId": None}),
        "an id that is a list": OWN.sign({**GOOD, "originalTransactionId": ["1000"]}),
        "a list": f"{head}.{encoded([1])}.{signature}",
        "deep": f"{head}.{base64url(b'[' * 50_000)}.{signature}",
        "two parts": f"{head}.{body}",
        "nothing": "",
        "words": "not a token",
        "letters of others": "é.é.é",
        "very long": good + "A" * 300_000,
    }


@pytest.mark.parametrize("token", forgeries().values(), ids=forgeries())
def test_what_only_looks_like_it_is_refused(token: str) -> None:
    with pytest.raises(Unverified):
        VERIFIER.transaction(token)
    with pytest.raises(Unverified):
        VERIFIER.notification(token)
    assert claimed_environment(token) in (PRODUCTION, SANDBOX, None)


def test_a_transaction_of_a_leaf_that_has_ended_since_is_good() -> None:
    """Old is fine: what is newer decides how a subscription stands."""
    dead = OWN.certificate("Own Root Leaf", "Own Root Int", OWN.leaf_key, OWN.middle_key, mark=LEAF, days=(-800, -600))
    long_ago = GOOD["signedDate"] - 700 * 86_400_000
    assert VERIFIER.transaction(OWN.sign({**GOOD, "signedDate": long_ago}, [dead, OWN.middle, OWN.root])).original_id == "1000"


@pytest.mark.parametrize(
    ("said", "environment"),
    [
        ({"environment": "Sandbox"}, SANDBOX),
        ({"data": {"environment": "Production"}}, PRODUCTION),
        ({"summary": {"environment": "Sandbox"}}, SANDBOX),
        ({"externalPurchaseToken": {"externalPurchaseId": "SANDBOX_1"}}, SANDBOX),
        ({"externalPurchaseToken": {"externalPurchaseId": "1"}}, PRODUCTION),
        ({"environment": "Xcode"}, None),
        ({"environment": "LocalTesting"}, None),
        ({"environment": ["Sandbox"]}, None),
        ({"data": "Sandbox"}, None),
        ({}, None),
    ],
)
def test_the_environment_that_is_claimed_is_one_of_two_or_none(said: dict[str, Any], environment: str | None) -> None:
    assert claimed_environment(f"a.{encoded(said)}.b") == environment


def test_nobody_is_trusted_without_a_signature() -> None:
    """The library takes anything where it is told that it is Xcode or local testing, so it is never told so."""
    sources = {path: path.read_text() for path in Path(socialclaw.__file__).parent.rglob("*.py")}
    assert any("SignedDataVerifier(" in text for text in sources.values()), "the look through the sources sees nothing any more"
    assert [path.name for path, text in sources.items() if re.search(r"LOCAL_TESTING|Environment\.XCODE|\.XCODE\b", text)] == []
    used = [path.name for path, text in sources.items() if "appstoreserverlibrary" in text]
    assert used == ["signed_data.py"]


# The simulated one's.


def test_the_simulated_authority_is_the_same_wherever_it_is_made() -> None:
    first = authority("a secret")
    authority.cache_clear()
    root_of.cache_clear()
    again = authority("a secret")
    assert first.chain == again.chain
    assert root_of("a secret") == first.chain[2]
    assert root_of("another secret") != first.chain[2]


def test_what_the_simulated_authority_signs_passes_the_strict_checks_of_its_own_root_alone() -> None:
    token = authority("a secret").sign(transaction(environment="Sandbox"))
    assert Verifier([root_of("a secret")], SANDBOX, BUNDLE).transaction(token).original_id == "1000"
    assert Verifier([root_of("old"), root_of("a secret")], SANDBOX, BUNDLE).transaction(token).original_id == "1000"
    for roots in ([root_of("another secret")], [apple_root()]):
        with pytest.raises(Unverified):
            Verifier(roots, SANDBOX, BUNDLE).transaction(token)
