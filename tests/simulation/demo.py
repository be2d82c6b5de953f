"""A network so small that only the framework of the simulators is left to test."""

from __future__ import annotations

import httpx2

from socialclaw.simulation.simulator import Simulator, outside, route
from socialclaw.simulation.store import Seen


class Demo(Simulator):
    """POST /posts makes one; a body that says `media: <url>` is fetched first; `wrong` is refused, `bug` crashes after the effect."""

    network = "demo"
    hosts = ("api.demo.example", "demo.example")
    creates = r"^POST /posts$"

    @route("GET", r"/ping")
    @route("PUT", r"/ping")
    def ping(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"said": request.content.decode()})

    @route("GET", r"/posts/(\d+)/(\w+)?")
    def one(self, request: httpx2.Request, number: str, part: str | None) -> httpx2.Response:
        return httpx2.Response(200, json={"number": number, "part": part})

    @route("GET", r"/where", host="demo.example")
    def site(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, text="site")

    @route("GET", r"/where")
    def elsewhere(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, text="api")

    @route("POST", r"/posts")
    def create(self, request: httpx2.Request) -> httpx2.Response:
        token, text = request.headers.get("authorization", ""), request.content.decode()
        if self.shelf.get("spoiled", token):
            return httpx2.Response(401, json={"message": self.shelf.get("spoiled", token)})
        if text == "wrong":
            return httpx2.Response(400, json={"message": "wrong"})
        number = str(self.shelf.count("posts"))
        media = ({"state": "failed"},) if self.shelf.get("broken media", "next") else ()
        self.shelf.add_post(Seen(number, "me", text, self.clock(), media))
        if text == "bug":
            raise KeyError("bug")
        return httpx2.Response(201, json={"id": number})

    @outside
    @route("POST", r"/pulls")
    def pull(self, request: httpx2.Request) -> httpx2.Response:
        fetched = self.fetch(request.content.decode())
        with self.store.transaction():
            media = self.describe(fetched.content, fetched.headers["content-type"], alt="a")
            self.shelf.add_post(Seen(str(self.shelf.count("posts")), "me", "", self.clock(), (media,)))
        return httpx2.Response(201)

    def spoil(self, request: httpx2.Request, *, revoke: bool) -> None:
        self.shelf.put("spoiled", request.headers.get("authorization", ""), "revoked" if revoke else "expired")

    def spoil_media(self, request: httpx2.Request) -> None:
        self.shelf.put("broken media", "next", True)


def request(method: str = "POST", path: str = "/posts", content: str = "hello", *, host: str = "api.demo.example") -> httpx2.Request:
    return httpx2.Request(method, f"https://{host}{path}", content=content.encode(), headers={"authorization": "Bearer t"})
