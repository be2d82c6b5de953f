"""A sample of the table in docs/media.md: what validation says of a post is what comes of it. All of it: `python -m tests.media.table`."""

from __future__ import annotations

from tests.media import table
from tests.media.catalogue import catalogue, films, pictures, wrong
from tests.media.house import Cell

ALL: tuple[str, ...] = ()
SAMPLE = {  # file -> the destinations that it is tried on here
    "jpeg, orientation 6": ALL,
    "jpeg, upright by its orientation alone, 9:16": ("instagram", "tiktok"),
    "jpeg, mpo": ALL,
    "gif, animated": ALL,
    "webp, animated": ("x", "telegram", "instagram", "linkedin"),
    "png, animated": ("pinterest", "tiktok"),
    "heic": ALL,
    "png": ("instagram", "tiktok"),
    "webp": ("facebook", "instagram"),
    "avif": ("telegram", "wordpress"),
    "tiff": ("telegram", "tiktok", "wordpress"),
    "jpeg called photo.php": ("wordpress",),
    "heic called photo.jpg": ("wordpress",),
    "mp4 called photo.jpg": ("youtube", "wordpress"),
    "mp4, h264 and aac": ALL,
    "mov": ("snapchat",),
    "mkv": ("x", "linkedin", "telegram", "wordpress"),
    "mp4, h264 yuv444p": ("x", "pinterest"),
    "noise called photo.jpg": ALL,
    "noise called film.mp4": ALL,
}
# (what it shows; file, destination; what strict says; how it is seen with fit, and what was changed)
ENTRIES = [
    ("A1, a film in Matroska", "mkv", "x", "x_video_type_unsupported", "a film", "converted to video/mp4"),
    ("A2, colours at full size", "mp4, h264 yuv444p", "x", "x_video_pixel_format_unsupported", "a film", "yuv444p converted to yuv420p"),
    ("A2, colours at full size", "mp4, h264 yuv444p", "pinterest", "pinterest_video_pixel_format_unsupported", "a film", "to yuv420p"),
    ("A3, a GIF goes on moving", "gif, animated", "telegram", "", "a moving picture", ""),
    ("A4, it stands still", "gif, animated", "facebook", "facebook_image_animation_unsupported", "a picture", "only its first frame"),
    ("A4, it stands still", "webp, animated", "instagram", "instagram_image_animation_unsupported", "a picture", "only its first frame"),
    ("A4, it stands still", "png, animated", "pinterest", "pinterest_image_animation_unsupported", "a picture", "only its first frame"),
    ("A4, it stands still", "gif, animated", "tiktok", "tiktok_image_animation_unsupported", "a picture", "only its first frame"),
    ("A4, it goes on moving", "webp, animated", "x", "x_image_animation_unsupported", "a moving picture", "converted to image/gif"),
    ("A5, one of two pictures", "jpeg, mpo", "instagram", "", "a picture", "rewritten"),
    (
        "A6, upright pictures",
        "jpeg, upright by its orientation alone, 9:16",
        "instagram",
        "instagram_image_aspect_invalid",
        "a picture",
        "padded",
    ),
    ("what a network takes as JPEG alone", "png", "instagram", "", "a picture", "converted to image/jpeg"),
    ("what a network takes as JPEG alone", "png", "tiktok", "", "a picture", "converted to image/jpeg"),
    ("what a network takes as JPEG alone", "webp", "facebook", "", "a picture", "converted to image/jpeg"),
    ("what a network takes as JPEG alone", "webp", "instagram", "", "a picture", "converted to image/jpeg"),
    ("B1, what Telegram cannot open", "heic", "telegram", "telegram_image_type_unsupported", "a picture", "converted to image/jpeg"),
    ("B1, what Telegram cannot open", "avif", "telegram", "telegram_image_type_unsupported", "a picture", "converted to image/jpeg"),
    ("B1, what Telegram cannot open", "tiff", "telegram", "telegram_image_type_unsupported", "a picture", "converted to image/jpeg"),
    ("B2, films for LinkedIn", "mkv", "linkedin", "linkedin_video_type_unsupported", "a film", "converted to video/mp4"),
    ("B3, TIFF", "tiff", "tiktok", "tiktok_image_type_unsupported", "a picture", "converted to image/jpeg"),
    ("B3, what a site takes", "tiff", "wordpress", "wordpress_media_type_unsupported", "a picture", "converted to image/jpeg"),
    ("B3, what a site takes", "avif", "wordpress", "wordpress_media_type_unsupported", "a picture", "converted to image/jpeg"),
    ("B3, what a site takes", "mkv", "wordpress", "wordpress_media_type_unsupported", "a film", "converted to video/mp4"),
    ("B5, names", "jpeg called photo.php", "wordpress", "", "a picture", ""),
    ("B5, names", "heic called photo.jpg", "wordpress", "", "a picture", ""),
    ("B5, names", "mp4 called photo.jpg", "youtube", "", "a film", ""),
    ("B6, a MOV", "mov", "snapchat", "snapchat_video_required", "a film", "converted to video/mp4"),
    ("D1, no file to download", "mkv", "telegram", "telegram_video_type_unsupported", "a film", "converted to video/mp4"),
]


def test_there_are_enough_files_and_each_has_a_name_of_its_own() -> None:
    names = [file.name for file in catalogue()]
    assert len(names) == len(set(names)) >= 120
    assert min(len([*films()]), len([*pictures()])) >= 50
    assert len([*wrong()]) >= 10


async def test_what_validation_says_of_a_file_is_what_comes_of_it_and_the_page_says_so() -> None:
    rows = await table.tried([file for file in catalogue() if file.name in SAMPLE], lambda *_: None, SAMPLE)
    assert len(rows) == len(SAMPLE)
    assert [table.line(cell) for cell in table.disagreements(rows)] == []
    cells = {(c.file, c.destination, c.policy): c for _, row in rows if not isinstance(row, str) for c in row}
    assert [wrong for entry in ENTRIES for wrong in _against(entry, cells)] == []
    written = table.PAGE.read_text(encoding="utf-8").splitlines()
    for file, row in rows:
        if isinstance(row, str):
            assert f"| {file.name} | [`{row}`](errors.md#general) |" in written
        elif not SAMPLE[file.name]:
            places = list(dict.fromkeys(cell.destination for cell in row))
            assert (len(places), {cell.policy for cell in row}) == (16, {"strict", "fit"})
            told = f"| {' | '.join([file.name, *(table.symbol(row, place) for place in places)])} |"
            assert told in written, "a rule has changed: run `python -m tests.media.table`"


def _against(entry: tuple[str, ...], cells: dict[tuple[str, str, str], Cell]) -> list[str]:
    """What is not as an entry says, in words."""
    what, file, place, code, seen, change = entry
    strict, fit = cells[file, place, "strict"], cells[file, place, "fit"]
    right = strict.verdict == ((code,) if code else ()), fit.outcome.seen == seen, change in "; ".join(fit.outcome.changes)
    return [] if all(right) else [f"{what}: {table.line(strict)} | {table.line(fit)}"]
