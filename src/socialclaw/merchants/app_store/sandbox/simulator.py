"""The App Store in miniature: its server API for whoever proves to be the developer, an iPhone to buy with, and what it tells of all that.

https://developer.apple.com/documentation/appstoreserverapi and appstoreservernotifications. A period is as long as in the real one, on the
workspace's own time; what has happened by itself since is caught up with whenever somebody looks.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from socialclaw.merchants.app_store.sandbox import documents, life, pages
from socialclaw.merchants.app_store.sandbox.authority import PURPOSE, Authority, api_public, authority
from socialclaw.merchants.app_store.sandbox.catalogue import BUNDLE_ID, GROUP, ISSUER_ID, KEY_ID, PRODUCTS
from socialclaw.merchants.app_store.sandbox.life import Sub, Told
from socialclaw.simulation.grants import form_of
from socialclaw.simulation.notices import Telling
from socialclaw.simulation.simulator import route

API, PRODUCTION, SITE = "api.storekit-sandbox.apple.com", "api.storekit.apple.com", "apps.apple.com"
ENDPOINT = "/v1/billing/app-store/notifications"
PAGE = f"https://{SITE}/iphone"
LONGEST_LIFE = 3600
FIRST_ID = 2_000_000_000_000_000
NO_TRANSACTION, NO_SUBSCRIPTION, NOT_ORIGINAL, NO_UUID = 4040010, 4040005, 4000187, 4000183
WORDS = {
    NO_TRANSACTION: "Transaction id not found.",
    NO_SUBSCRIPTION: "Original transaction id not found.",
    NOT_ORIGINAL: "Invalid request. The transaction ID provided is not an original transaction ID.",
    NO_UUID: "Invalid request. The app account token field must be a valid UUID.",
    4290000: "Rate limit exceeded.",
    5000001: "An unknown error occurred. Please try again.",
}


class AppStoreSandbox(Telling):
    network = "app_store"
    label = "App Store"
    hosts = (API, PRODUCTION, SITE)
    publishes = False
    creates = r"^GET /inApps/v1/subscriptions/"

    # The App Store's words.

    def limited(self, seconds: float) -> httpx2.Response:
        """When to come back it says as an instant, in milliseconds."""
        return _error(429, 4290000, {"retry-after": str(round((self.clock() + seconds) * 1000))})

    def broken(self) -> httpx2.Response:
        return _error(500, 5000001)

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(404)

    # The server API.

    @route("GET", r"/inApps/v1/subscriptions/(\d{1,20})", host=API)
    def subscriptions(self, request: httpx2.Request, transaction_id: str) -> httpx2.Response:
        if refused := self._stranger(request):
            return refused
        self.catch_up()
        sub = self._of(transaction_id)
        if sub is None:
            return _error(404, NO_TRANSACTION)
        row = {
            "status": sub["status"],
            "originalTransactionId": sub["original_id"],
            "signedTransactionInfo": self.signed_transaction(sub),
            "signedRenewalInfo": self.authority.sign(documents.renewal(sub, self._later(self.clock()))),
        }
        group = {"subscriptionGroupIdentifier": GROUP, "lastTransactions": [row]}
        return httpx2.Response(200, json={"environment": "Sandbox", "bundleId": BUNDLE_ID, "data": [group]})

    @route("GET", r"/inApps/v1/transactions/(\d{1,20})", host=API)
    def transaction(self, request: httpx2.Request, transaction_id: str) -> httpx2.Response:
        if refused := self._stranger(request):
            return refused
        self.catch_up()
        sub = self._of(transaction_id)
        if sub is None:
            return _error(404, NO_TRANSACTION)
        return httpx2.Response(200, json={"signedTransactionInfo": self.signed_transaction(sub)})

    @route("PUT", r"/inApps/v1/transactions/(\d{1,20})/appAccountToken", host=API)
    def set_account_token(self, request: httpx2.Request, original_id: str) -> httpx2.Response:
        if refused := self._stranger(request):
            return refused
        sub: Sub | None = self.shelf.get("subscriptions", original_id)
        if sub is None:
            return _error(400, NOT_ORIGINAL) if self._of(original_id) else _error(404, NO_SUBSCRIPTION)
        try:
            sub["token"] = str(uuid.UUID(json.loads(request.content)["appAccountToken"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            return _error(400, NO_UUID)
        self.shelf.put("subscriptions", original_id, sub)
        return httpx2.Response(200)

    @route("POST", r"/inApps/v1/notifications/test", host=API)
    def test(self, request: httpx2.Request) -> httpx2.Response:
        if refused := self._stranger(request):
            return refused
        token = f"{uuid.uuid4()}_{int(self.clock() * 1000)}"
        self._leave("TEST", None, None, self.clock())
        self.deliver_soon()
        return httpx2.Response(200, json={"testNotificationToken": token})

    @route("GET", r"/inApps/.*", host=PRODUCTION)
    def production(self, request: httpx2.Request) -> httpx2.Response:
        """Nothing is ever sold there."""
        return self._stranger(request) or _error(404, NO_TRANSACTION)

    # The iPhone.

    @route("GET", r"/iphone", host=SITE)
    def iphone(self, request: httpx2.Request) -> httpx2.Response:
        self.catch_up()
        return self._page(request.url.params.get("token", ""))

    @route("POST", r"/iphone", host=SITE)
    def use(self, request: httpx2.Request) -> httpx2.Response:
        form, shown = form_of(request) or {}, request.url.params.get("token", "")
        self.catch_up()
        action, product = form.get("action", ""), form.get("product", "")
        if product not in PRODUCTS:
            return self._page(shown, problem="There is no such plan")
        if action == "buy":
            token = form.get("token", "").strip()
            if token and not _is_uuid(token):
                return self._page(shown, problem="The appAccountToken must be a UUID, or empty")
            self.buy(product, token=token or None, family="family" in form)
        elif not self.act(form.get("of", ""), action, product):
            return self._page(shown, problem="That cannot be done with this subscription now")
        self.deliver_soon()
        return self._page(shown, told="Done. The server is told of it.")

    def _page(self, token: str, *, told: str = "", problem: str = "") -> httpx2.Response:
        subs = [(sub, self.signed_transaction(sub)) for sub in self.shelf.all("subscriptions").values()]
        return pages.iphone(subs, token if _is_uuid(token) else "", told=told, problem=problem)

    # What happens. Each leaves what the app's server is told of it.

    def buy(self, product: str, *, token: str | None = None, family: bool = False) -> Sub:
        """Somebody subscribes; what is shared with a family says nothing of who it is for."""
        new = self._new_id()
        sub = life.begun(new, new, product, self.clock(), token=None if family else token, family=family)
        self._tell(sub, [("SUBSCRIBED", "INITIAL_BUY")], self.clock())
        return sub

    def act(self, original_id: str, action: str, product: str = "") -> bool:
        """What its owner does with a subscription, or the App Store; whether that could be done."""
        sub: Sub | None = self.shelf.get("subscriptions", original_id)
        if sub is None or action not in {name for name, _ in pages.offers(sub)}:
            return False
        now = self.clock()
        match action:
            case "cancel":
                told = life.cancel(sub)
            case "resume":
                told = life.resume(sub)
            case "change":
                told = life.change(sub, product, now, self._new_id)
            case "again":
                told = life.subscribe_again(sub, product, now, self._new_id)
            case "fail":
                sub["pays"], told = False, []
            case "pay":
                told = life.pay_again(sub, now, self._new_id)
            case "refund":
                told = life.refund(sub, now)
            case "reverse":
                told = life.refund_reversed(sub, now)
            case "revoke":
                told = life.revoke(sub, now)
            case "price":
                told = life.ask_consent(sub)
            case _:
                told = life.consent(sub)
        self._tell(sub, told, now)
        return True

    def catch_up(self) -> None:
        """Let happen what should have happened by now by itself."""
        now, happened = self.clock(), False
        for sub in self.shelf.all("subscriptions").values():
            while (at := life.next_instant(sub)) is not None and at <= now:
                self._tell(sub, life.step(sub, at, self._new_id), at)
                happened = True
        if happened:
            self.deliver_soon()

    def _tell(self, sub: Sub, told: Told, at: float) -> None:
        self.shelf.put("subscriptions", sub["original_id"], sub)
        for kind, subtype in told:
            self._leave(kind, subtype, sub, at)

    def _leave(self, kind: str, subtype: str | None, sub: Sub | None, at: float) -> None:
        body = documents.notification(kind, subtype, sub, self._later(at), self.authority.sign)
        self.leave(ENDPOINT, json.dumps({"signedPayload": self.authority.sign(body)}), "application/json")

    def _later(self, at: float) -> int:
        """Milliseconds, later than whatever was signed before: what happens at one moment has an order there, too."""
        last = max(int(at * 1000), int((self.shelf.get("clock", "signed") or {"at": 0})["at"]) + 1)
        self.shelf.put("clock", "signed", {"at": last})
        return last

    # What is signed.

    @property
    def authority(self) -> Authority:
        return authority(self.server.secret(PURPOSE))

    def signed_transaction(self, sub: Sub) -> str:
        """The newest transaction of a subscription, as the app gets it now."""
        return self.authority.sign(documents.transaction(sub, self._later(self.clock())))

    def signed_former(self, sub: Sub) -> str:
        """The one that an upgrade has ended."""
        former = {**sub, **(sub["former"] or {})}
        return self.authority.sign({**documents.transaction(former, self._later(self.clock())), "isUpgraded": True})

    # Who and what.

    def _of(self, transaction_id: str) -> Sub | None:
        """By the id of any transaction that is known of it."""
        subs: list[Sub] = [*self.shelf.all("subscriptions").values()]
        for sub in subs:
            if transaction_id in (sub["original_id"], sub["transaction_id"], (sub["former"] or {}).get("transaction_id")):
                return sub
        return None

    def _new_id(self) -> str:
        return str(FIRST_ID + self.shelf.count("transactions"))

    def _stranger(self, request: httpx2.Request) -> httpx2.Response | None:
        """The refusal of whoever does not prove to be the developer, by a token that lives an hour at most."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            read = jwt.decode(token, ECKey.import_key(api_public(self.server.secret(PURPOSE))), algorithms=["ES256"])
        except (JoseError, ValueError, TypeError):
            return httpx2.Response(401)
        said, now = read.claims, time.time()
        made, ends = said.get("iat"), said.get("exp")
        if not isinstance(made, int) or not isinstance(ends, int) or not made <= now + 60 or not now < ends <= made + LONGEST_LIFE:
            return httpx2.Response(401)
        known = (read.header.get("kid"), said.get("iss"), said.get("aud"), said.get("bid"))
        right = scheme.lower() == "bearer" and known == (KEY_ID, ISSUER_ID, "appstoreconnect-v1", BUNDLE_ID)
        return None if right else httpx2.Response(401)


def _error(status: int, code: int, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    return httpx2.Response(status, headers=headers, json={"errorCode": code, "errorMessage": WORDS[code]})


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
