"""A Pin as the simulated Pinterest keeps and shows it, and what it counts of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from socialclaw.networks.pinterest.sandbox import words as say
from socialclaw.simulation.store import Seen

Figure = Callable[..., int]
SIZES = {"150x150": (150, 150), "400x300": (400, 300), "600x": (600, None), "1200x": (1200, None)}
CREATIVE = {"image": "REGULAR", "multiple_images": "CAROUSEL", "video": "VIDEO"}
CONTENT_TYPE = say.one_of("image/jpeg", "image/png")
ITEM = {"title": say.text(), "description": say.text(), "link": say.web_url}
SOURCES: Mapping[str, say.Shape] = {
    "image_url": {"source_type!": say.text(), "url!": say.web_url, "is_standard": say.a_boolean},
    "image_base64": {
        "source_type!": say.text(),
        "content_type!": CONTENT_TYPE,
        "data!": say.matching(r"[a-zA-Z0-9+/=]+"),
        "is_standard": say.a_boolean,
    },
    "video_id": {
        "source_type!": say.text(),
        "media_id!": say.a_number,
        "cover_image_url": say.web_url,
        "cover_image_data": say.text(),
        "cover_image_content_type": CONTENT_TYPE,
        "cover_image_key_frame_time": say.integer(0),
        "is_standard": say.a_boolean,
    },
    "multiple_image_urls": {
        "source_type!": say.text(),
        "index": say.integer(0),
        "items!": say.items_of({**ITEM, "url!": say.web_url}, 2, 5),
    },
    "multiple_image_base64": {
        "source_type!": say.text(),
        "index": say.integer(0),
        "items!": say.items_of({**ITEM, "content_type!": CONTENT_TYPE, "data!": say.matching(r"[a-zA-Z0-9+/=]+")}, 2, 5),
    },
}
PIN: say.Shape = {
    "board_id!": say.a_number,
    "board_section_id": say.nullable(say.a_number),
    "title": say.nullable(say.text(100)),
    "description": say.nullable(say.text(800)),
    "alt_text": say.nullable(say.text(500)),
    "link": say.nullable(say.web_url),
    "dominant_color": say.nullable(say.matching(r"#[0-9A-Fa-f]{6}")),
    "parent_pin_id": say.nullable(say.a_number),
    "sponsor_id": say.nullable(say.a_number),
    "media_source!": say.anything,
}
PIN_METRICS = frozenset(
    ["IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE", "SAVE_RATE", "TOTAL_COMMENTS", "TOTAL_REACTIONS", "USER_FOLLOW", "PROFILE_VISIT"]
)
VIDEO_METRICS = (PIN_METRICS - {"USER_FOLLOW", "PROFILE_VISIT"}) | {
    *("VIDEO_MRC_VIEW", "VIDEO_10S_VIEW", "QUARTILE_95_PERCENT_VIEW", "VIDEO_V50_WATCH_TIME", "VIDEO_START", "VIDEO_AVG_WATCH_TIME")
}
USER_METRICS = frozenset(
    f"{name}{suffix}" for name in ("ENGAGEMENT", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE") for suffix in ("", "_RATE")
) | {"IMPRESSION"}
LIFETIME = ("TOTAL_COMMENTS", "TOTAL_REACTIONS")
RATES = {"IMPRESSION": 1.0, "PIN_CLICK": 0.06, "SAVE": 0.03, "OUTBOUND_CLICK": 0.02, "TOTAL_REACTIONS": 0.01, "TOTAL_COMMENTS": 0.004}
KEPT_DAYS = 90


def source_of(given: Any) -> dict[str, Any]:
    """The media source of a new Pin, judged by its type."""
    kind = str(given.get("source_type")) if isinstance(given, dict) else ""
    if kind == "pin_url":
        raise say.not_permitted()  # a closed beta
    if kind not in SOURCES:
        raise say.invalid(f"Invalid request: 'source_type' is not one of {list(SOURCES)}")
    if wrong := next(say.judge(given, SOURCES[kind], "media_source"), None):
        raise say.invalid(f"Invalid request: {wrong}")
    covers = ("cover_image_url", "cover_image_data", "cover_image_key_frame_time")
    if kind == "video_id" and sum(name in given for name in covers) != 1:
        raise say.invalid("Invalid request: a video needs exactly one cover image")
    if kind == "video_id" and ("cover_image_data" in given) != ("cover_image_content_type" in given):
        raise say.invalid("Invalid request: 'cover_image_data' and 'cover_image_content_type' belong together")
    return dict(given)


def shown(seen: Seen, reader: str, *, now: float, metrics: bool, figure: Figure) -> dict[str, Any]:
    """The Pin as the API shows it to a user. Times are UTC without saying so, as Pinterest writes them."""
    extra = seen.extra
    pin = {
        "id": seen.id,
        "created_at": datetime.fromtimestamp(int(seen.created_at), UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        **{name: extra[name] for name in ("link", "title", "description", "alt_text", "dominant_color", "board_section_id")},
        "board_id": seen.account,
        "board_owner": {"username": extra["owner"]},
        "parent_pin_id": None,
        "is_owner": extra["user"] == reader,
        "is_standard": True,
        "has_been_promoted": False,
        "creative_type": CREATIVE[extra["media_type"]],
        "media": _media(seen, now),
    }
    if metrics:
        total = _counted(seen, figure)
        names = {"pin_click": "PIN_CLICK", "impression": "IMPRESSION", "clickthrough": "OUTBOUND_CLICK"}
        more = {"reaction": "TOTAL_REACTIONS", "comment": "TOTAL_COMMENTS"}
        young = now - seen.created_at < KEPT_DAYS * 86_400
        lately = {name: total[own] for name, own in names.items()} if young else dict.fromkeys(names, 0)
        pin["pin_metrics"] = {"90d": lately, "lifetime_metrics": {name: total[own] for name, own in (names | more).items()}}
    return pin


def analytics(seen: Seen, given: Mapping[str, str], *, now: float, figure: Figure) -> dict[str, Any]:
    """The answer to pins/analytics: everything that was counted falls on the day of the Pin."""
    is_video = seen.extra["media_type"] == "video"
    wanted = _words(given["metric_types"], VIDEO_METRICS if is_video else PIN_METRICS)
    start, end = period(given, now)
    total = _counted(seen, figure)
    made = datetime.fromtimestamp(seen.created_at, UTC).date()
    counted = {name: float(total.get(name, 0) if start <= made <= end else 0) for name in wanted if name not in LIFETIME}
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    daily = [
        {
            "date": day.isoformat(),
            "data_status": "BEFORE_PIN_CREATED" if day < made else "READY",
            "metrics": {name: (value if day == made else 0.0) for name, value in counted.items()} if day >= made else {},
        }
        for day in days
    ]
    lifetime = {name: total[name] for name in LIFETIME if name in wanted}
    return {"all": {"daily_metrics": daily, "summary_metrics": counted, "lifetime_metrics": lifetime}}


def user_analytics(pins: list[Seen], given: Mapping[str, str], *, now: float, figure: Figure) -> dict[str, Any]:
    """The same of all Pins of a user together."""
    wanted = _words(given["metric_types"], USER_METRICS) if "metric_types" in given else sorted(USER_METRICS)
    start, end = period(given, now)
    summary = dict.fromkeys(wanted, 0.0)
    for seen in pins:
        if start <= datetime.fromtimestamp(seen.created_at, UTC).date() <= end:
            total = _counted(seen, figure)
            summary = {name: value + total.get(name, 0) for name, value in summary.items()}
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    daily = [{"date": day.isoformat(), "data_status": "READY", "metrics": {}} for day in days]
    return {"all": {"daily_metrics": daily, "summary_metrics": summary}}


def period(given: Mapping[str, str], now: float) -> tuple[date, date]:
    """The days that are asked for: at most 90 of them, and none that are longer ago."""
    try:
        start, end = date.fromisoformat(given["start_date"]), date.fromisoformat(given["end_date"])
    except ValueError:
        raise say.refused(400, 400, "Invalid pins analytics parameters.") from None
    today = datetime.fromtimestamp(now, UTC).date()
    if start > end or (today - start).days > KEPT_DAYS or (end - start).days > KEPT_DAYS:
        raise say.refused(400, 400, "Invalid pins analytics parameters.")
    return start, end


def _words(value: str, known: frozenset[str]) -> list[str]:
    given = value.split(",")
    for word in given:
        if word not in known:
            raise say.invalid(f"'{word}' is not one of {sorted(known)}")
    return given


def _counted(seen: Seen, figure: Figure) -> dict[str, int]:
    """All that was counted of a Pin since it was made."""
    total = figure(seen.id, "impressions", seen.created_at)
    rates = RATES | ({"VIDEO_MRC_VIEW": 0.4, "VIDEO_START": 0.5, "VIDEO_10S_VIEW": 0.1} if seen.extra["media_type"] == "video" else {})
    return {name: int(total * rate) for name, rate in rates.items() if name != "OUTBOUND_CLICK" or seen.extra["link"]} | (
        {} if seen.extra["link"] else {"OUTBOUND_CLICK": 0}
    )


def _media(seen: Seen, now: float) -> dict[str, Any]:
    kind = seen.extra["media_type"]
    match kind:
        case "video":
            cover = seen.extra["cover"] or f"https://i.pinimg.com/videos/thumbnails/{seen.id}.jpg"
            facts: dict[str, Any] = {"duration": None, "height": None, "width": None, "video_url": None}
            return {"media_type": kind, "cover_image_url": cover, "images": _images(seen.id, 720, 1280), **facts}
        case "multiple_images":
            items = [
                {"item_type": "image", "title": item.get("title"), "description": item.get("description"), "link": item.get("link")}
                | {"images": _images(f"{seen.id}-{number}", m["width"], m["height"])}
                for number, (item, m) in enumerate(zip(seen.extra["items"], seen.media, strict=True))
            ]
            return {"media_type": kind, "items": items}
    return {"media_type": kind, "images": _images(seen.id, seen.media[0]["width"], seen.media[0]["height"])}


def _images(name: str, width: int, height: int) -> dict[str, Any]:
    return {
        size: {"width": w, "height": h or round(w * height / width), "url": f"https://i.pinimg.com/{size}/{name}.jpg"}
        for size, (w, h) in SIZES.items()
    }
