"""Attempts to be led inside by a URL: hosts that are not public however they are spelled, URLs that are more than they seem, redirects."""

from __future__ import annotations

PUBLIC, PUBLIC_6 = "93.184.216.34", "2606:2800:220:1::1"

# Written into http://…:port/. Every one of them leads, or could lead, to somewhere that is not public.
HOSTS = """
127.0.0.1 127.1 127.0.0.2 127.255.255.254 localhost LOCALHOST LocalHost 2130706433 0x7f000001 0x7F.1 0177.0.0.1 017700000001
0 0.0.0.0 0x0 [::1] [::] [0:0:0:0:0:0:0:1] [0000::0001] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::ffff:0:127.0.0.1]
[64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::1] [2001:db8::1] [3fff::1] [5f00::1] [100::1]
10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 0xc0a80001 169.254.169.254 2852039166 [::ffff:169.254.169.254] 100.64.0.1 100.100.100.200
192.0.0.192 198.18.0.1 192.0.2.1 203.0.113.1 192.88.99.1 168.63.129.16 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
[fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1]
127。0。0。1 １２７.0.0.1 ①②⑦.⓪.⓪.① ⓛocalhost user@127.0.0.1 public.example@127.0.0.1 :@127.0.0.1 127.0.0.1#@public.example
127.0.0.1?@public.example 127.0.0.1\\@public.example [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [2002:a9fe:a9fe::1] [fd12:3456::1]
private.example PRIVATE.example mixed.example mixed6.example mapped.example inside6.example 127.0.0.1.nip.example cgnat.example
nat64.example teredo.example sixtofour.example zone.example metadata.google.internal METADATA.google.internal
""".split()  # noqa: SIM905

# Where the system's resolver decides whether this is a name at all.
DOUBTFUL = ("localhost.", "ip6-localhost", "sub.localhost", "does-not-exist.invalid", "[fe80::1%25lo]", "127.0.0.1%00")

URLS = (
    *"ftp://127.0.0.1/ file:///etc/passwd file://localhost/etc/passwd gopher://127.0.0.1/ unix:///var/run/docker.sock".split(),  # noqa: SIM905
    *"dict://127.0.0.1:11211/ http+unix://%2Fvar%2Frun%2Fdocker.sock/ javascript:alert(1) data:text/plain,x //127.0.0.1/".split(),  # noqa: SIM905
    *"/etc/passwd http:/127.0.0.1 http:127.0.0.1 http:// https:// x http://public.example:22/ http://public.example:8080/".split(),  # noqa: SIM905
    *"https://public.example:6379/ http://public.example:65536/ http://user:secret@public.example/".split(),  # noqa: SIM905
    *"http://secret@public.example/ http://[::1 http://[127.0.0.1]/".split(),  # noqa: SIM905
    "http://127.0.0.1\r\nX:1/",
    "http://\x00/",
    "",
)

REDIRECTS = (
    *"http://127.0.0.1/ http://[::1]/ http://169.254.169.254/latest/meta-data/ http://0x7f.1/ https://private.example/".split(),  # noqa: SIM905
    *"//localhost/ http://mixed.example/ file:///etc/passwd http://public.example:22/ http://user:secret@public.example/".split(),  # noqa: SIM905
    *"http://[::1 ftp://public.example/".split(),  # noqa: SIM905
)

NAMES = {
    "public.example": [PUBLIC],
    "both.example": [PUBLIC_6, PUBLIC],
    "private.example": ["10.0.0.5"],
    "mixed.example": [PUBLIC, "127.0.0.1"],
    "mixed6.example": [PUBLIC_6, PUBLIC, "::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "inside6.example": ["::1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "cgnat.example": ["100.64.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "teredo.example": ["2001:0:7f00:1::1"],
    "sixtofour.example": ["2002:7f00:1::"],
    "zone.example": ["fe80::1%lo"],
    "metadata.google.internal": ["169.254.169.254"],
}


def url_of(host: str, port: int) -> str:
    """One of HOSTS as a URL."""
    host, sharp, rest = host.partition("#")
    return f"http://{host}:{port}/{sharp}{rest}"


def count() -> int:
    """How many attempts there are, beside the names in DOUBTFUL."""
    return len({*HOSTS}) + len({*URLS}) + len({*REDIRECTS}) + 2  # a name that changes its address, and too many redirects
