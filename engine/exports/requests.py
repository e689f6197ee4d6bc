"""Export requests: names and options."""

from __future__ import annotations

from dataclasses import dataclass, fields

from engine.base.errors import ExportError

#: Sources by name, with the name of their file.
SOURCES: dict[str, str] = {
    "keras_sequential": "livenet_keras_sequential",
    "keras_functional": "livenet_keras_functional",
    "keras_subclass": "livenet_keras_subclass",
    "pytorch": "livenet_pytorch",
    "jax": "livenet_jax",
}
#: Everything that can be exported.
EXPORTS: tuple[str, ...] = (*SOURCES, "weights", "history", "tensorboard")

#: What each option of a source may be; the first one is its default.
EXPORT_OPTIONS: dict[str, tuple[str, ...]] = {
    "weights": ("none", "beside", "inline"),
    "data": ("beside", "inline"),
    "format": ("script", "notebook"),
    "language": ("en", "ko"),
}


@dataclass(frozen=True)
class ExportRequest:
    """What is to be exported.

    Attributes:
        name: one of `EXPORTS`.
        weights: of a source: `none`, as a file `beside` it, or `inline` in it.
        data: of a source: the points or images as a file `beside` it, or `inline` in it.
        format: of a source: `script` or `notebook`.
        language: of a notebook's words.

    Raises:
        ExportError: there is no such export, or no such choice.
    """

    name: str
    weights: str = EXPORT_OPTIONS["weights"][0]
    data: str = EXPORT_OPTIONS["data"][0]
    format: str = EXPORT_OPTIONS["format"][0]
    language: str = EXPORT_OPTIONS["language"][0]

    def __post_init__(self) -> None:
        if self.name not in EXPORTS:
            raise ExportError(f"the export must be one of {', '.join(EXPORTS)}", "name")
        for field in fields(self)[1:]:
            if getattr(self, field.name) not in EXPORT_OPTIONS[field.name]:
                known = ", ".join(EXPORT_OPTIONS[field.name])
                raise ExportError(f"{field.name} must be one of {known}", field.name)
