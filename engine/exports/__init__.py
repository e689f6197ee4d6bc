"""Exports: a run as source for other frameworks, its weights, and its history. Pure."""

from engine.exports.exporter import export
from engine.exports.files import File, pack_files
from engine.exports.requests import EXPORT_OPTIONS, EXPORTS, SOURCES, ExportRequest

__all__ = [
    "EXPORTS",
    "EXPORT_OPTIONS",
    "SOURCES",
    "ExportRequest",
    "File",
    "export",
    "pack_files",
]
