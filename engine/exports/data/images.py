"""Image data of a source: from the published files, or from a file beside it."""

from __future__ import annotations

import io

import numpy as np

from engine.data.images import CATALOGUE, ImageSet
from engine.exports.files import File

IMAGES_FILE = "images.npz"

_READ = '''\
def read_idx(name):
    """Returns the bytes of a published file, which is downloaded if it is not there."""
    file = FOLDER / "{name}" / f"{{name}}.gz"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        urllib.request.urlretrieve(f"{{MIRROR}}/{{file.name}}", file)
    content = gzip.decompress(file.read_bytes())
    # Four bytes for each length, after four bytes that say how many there are.
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3])'''

_HEAD = '''\
def load_images():
    """Returns images [n, {pixels}] and labels to train on, then those to test on."""
'''


def are_published(images: ImageSet) -> bool:
    """Whether a source can have these very images from where they were published."""
    return images.complete and bool(CATALOGUE[images.name].files)


def save_images(images: ImageSet) -> File:
    """Returns images and labels as a file of NumPy's."""
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        train_images=_flatten(images.train_images),
        train_labels=images.train_labels,
        test_images=_flatten(images.test_images),
        test_labels=images.test_labels,
    )
    return File(IMAGES_FILE, packed.getvalue(), "application/zip")


def write_images(images: ImageSet) -> list[str]:
    """Writes `load_images`."""
    pixels = images.train_images[0].size
    head = _HEAD.format(pixels=pixels)
    if not are_published(images):
        return [
            f"""\
{head}    with np.load(FOLDER / "{IMAGES_FILE}") as file:
        train = file["train_images"], file["train_labels"]
        return *train, file["test_images"], file["test_labels"]"""
        ]
    published = CATALOGUE[images.name]
    names = [file.name for file in published.files]
    return [
        f'MIRROR = "{published.mirrors[0]}"',
        _READ.format(name=images.name),
        f"""\
{head}    train = read_idx("{names[0]}").reshape(-1, {pixels})
    test = read_idx("{names[2]}").reshape(-1, {pixels})
    train_labels = read_idx("{names[1]}")
    return train, train_labels, test, read_idx("{names[3]}")""",
    ]


def write_scaling(pixels: int) -> str:
    """Writes `scale_pixels`."""
    return f'''\
def scale_pixels(images):
    """Returns pixels 0..255 as what the network sees: [n, {pixels}] from 0 to 1."""
    return np.asarray(images, np.float32).reshape(len(images), {pixels}) / 255'''


def _flatten(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)
