"""Animation encoder: combines PNG frames into one GIF, WebP or animated PNG."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Literal

from PIL import Image, UnidentifiedImageError

Format = Literal["gif", "webp", "png"]

MAX_FRAMES = 120
MAX_SIDE = 1920
#: Pixels of all frames together: what 100 frames of 960 x 720 have.
MAX_PIXELS = 70_000_000
#: How long a frame may stand, milliseconds.
MIN_MS, MAX_MS = 20, 5000
#: The last frame stands longer, so that one sees where it ends.
REST_MS = 1200
MIMETYPES: dict[Format, str] = {"gif": "image/gif", "webp": "image/webp", "png": "image/apng"}
#: Frames that the colours of a GIF are chosen from.
_SAMPLED = 6


class AnimationError(ValueError):
    """Frames that cannot be combined; the message says which one and why."""


def assemble(frames: Sequence[bytes], kind: Format, ms: int) -> bytes:
    """Encodes frames as an animation that loops for ever.

    Args:
        frames: PNG files of one size.
        kind: what it becomes.
        ms: how long each stands; the last one stands longer.

    Raises:
        AnimationError: there are too few or too many frames, or one is no picture, too large,
            or of another size than the first.
    """
    _check(frames)
    durations = [ms] * (len(frames) - 1) + [max(ms, REST_MS)]
    # One set of colours for all frames of a GIF, or flat areas would flicker.
    images = _Pictures(frames[1:], colours=_choose_colours(frames) if kind == "gif" else None)
    options: dict[str, object] = {}
    if kind == "gif":
        options = {"disposal": 1, "optimize": False}
    elif kind == "webp":
        options = {"quality": 88, "method": 2}
    target = io.BytesIO()
    images.open(frames[0], 0).save(
        target, kind, save_all=True, append_images=images, duration=durations, loop=0, **options
    )
    return target.getvalue()


def _check(frames: Sequence[bytes]) -> None:
    """Checks the headers of all files before any of them is decoded."""
    if not 2 <= len(frames) <= MAX_FRAMES:
        raise AnimationError(f"there must be 2 to {MAX_FRAMES} frames, got {len(frames)}")
    sizes = [_read_size(number, frame) for number, frame in enumerate(frames)]
    for number, size in enumerate(sizes):
        if max(size) > MAX_SIDE:
            raise AnimationError(f"frame {number} is larger than {MAX_SIDE} pixels")
        if size != sizes[0]:
            raise AnimationError(f"frame {number} is of another size than frame 0")
    width, height = sizes[0]
    if width * height * len(frames) > MAX_PIXELS:
        raise AnimationError(f"all frames together may have {MAX_PIXELS} pixels")


def _read_size(number: int, frame: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(frame), formats=["PNG"]) as image:
            return image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise AnimationError(f"frame {number} is no PNG file") from None


class _Pictures:
    """Decodes frames one at a time on each iteration, so that they are never all in memory.

    Args:
        frames: PNG files that follow the first one.
        colours: those of a GIF.
    """

    def __init__(self, frames: Sequence[bytes], colours: Image.Image | None = None) -> None:
        self._frames, self._colours = frames, colours

    def __iter__(self) -> Iterator[Image.Image]:
        return (self.open(frame, number) for number, frame in enumerate(self._frames, 1))

    def open(self, frame: bytes, number: int) -> Image.Image:
        """Decodes one frame."""
        try:
            with Image.open(io.BytesIO(frame), formats=["PNG"]) as image:
                shown = image.convert("RGB")
        except (OSError, ValueError, SyntaxError):
            raise AnimationError(f"frame {number} is damaged") from None
        if self._colours is None:
            return shown
        return shown.quantize(palette=self._colours, dither=Image.Dither.NONE)


def _choose_colours(frames: Sequence[bytes]) -> Image.Image:
    """Computes one palette of 256 colours from a sample of the frames."""
    last = len(frames) - 1
    chosen = sorted({last * i // (_SAMPLED - 1) for i in range(_SAMPLED)})
    some = [_Pictures([]).open(frames[number], number) for number in chosen]
    width, height = some[0].size
    sheet = Image.new("RGB", (width, height * len(some)))
    for i, image in enumerate(some):
        sheet.paste(image, (0, i * height))
    return sheet.quantize(256, method=Image.Quantize.MEDIANCUT, kmeans=1)
