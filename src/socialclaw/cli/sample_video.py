"""Makes the tour's film: reads a picture from standard input and writes an MP4 that moves slowly across it. A program of its own."""

from __future__ import annotations

import io
import sys
from fractions import Fraction

import av
from PIL import Image

SIZE = (540, 960)  # upright, and as small as every network takes it
SECONDS, RATE = 6, 24


def film(content: bytes) -> bytes:
    """H.264 without sound."""
    with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
        ground = picture.convert("RGB").resize((SIZE[1] * picture.width // picture.height, SIZE[1]))
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, RATE)
        frames = SECONDS * RATE
        for number in range(frames):
            left = (ground.width - SIZE[0]) * number // frames
            frame = av.VideoFrame.from_image(ground.crop((left, 0, left + SIZE[0], SIZE[1])))  # type: ignore[no-untyped-call]
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return made.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(film(sys.stdin.buffer.read()))
