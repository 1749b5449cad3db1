"""Files of a recording that are not events: JSON documents and free text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from recording.errors import InputError
from recording.json_spans import scan
from recording.lines import BOM, check_text, place_of, split_lines
from recording.model import Frame, SourceFile, TextField
from recording.records import key_leaves, leaf_role

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
VIDEO_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})
TEXT_SUFFIXES = frozenset(
    {
        ".md",
        ".txt",
        ".log",
        ".rst",
        ".csv",
        ".tsv",
        ".yaml",
        ".yml",
        ".html",
        ".xml",
        ".srt",
        "",
    }
)
HIDDEN_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_METADATA = frozenset({"metadata", "meta", "info", "manifest", "annotator_info"})
# Names that recorders give; any other name of a file may say who was recorded.
_OWN_NAME_LIST = """
    events.jsonl event_buffer.jsonl reduced_events_complete.jsonl reduced_events_vis.jsonl element.jsonl a11y.jsonl
    top_window.jsonl html.jsonl html_element.jsonl clipboard.jsonl screenshots.jsonl metadata.json task_name.json
    README.md LICENSE screen.mp4 traj.jsonl result.txt recording.mp4 runtime.log args.json
    recording.db db.sqlite capture.db video.mp4 audio.flac capture-state.json profiling.json
"""
_OWN_NAMES = frozenset(_OWN_NAME_LIST.split())


def file_type(name: str) -> str:
    """Reader of a file, by its name: ``jsonl``, ``json``, ``text``, ``image``, ``video``, ``hidden``, ``opaque``."""
    path = PurePosixPath(name)
    if path.name in HIDDEN_NAMES or path.name.startswith("._"):
        return "hidden"
    suffix = path.suffix.lower()
    if suffix in IMAGE_SUFFIXES:
        return "image"
    if suffix in VIDEO_SUFFIXES:
        return "video"
    if suffix in (".jsonl", ".json"):
        return suffix[1:]
    if suffix == ".ndjson":
        return "jsonl"
    return "text" if suffix in TEXT_SUFFIXES else "opaque"


def read_document(file: str, data: bytes) -> tuple[tuple[TextField, ...], dict[str, str]]:
    """Text fields of a JSON document, and its scalars by dotted key when it is metadata.

    Raises:
        InputError: Not UTF-8 or not JSON; ``keys-outside-events`` when it holds typed keys, which only rows can hold.
    """
    check_text(file, data)
    stem = PurePosixPath(file).stem
    leaves = list(scan(data, file=file, start=len(BOM) if data.startswith(BOM) else 0))
    keys = key_leaves(leaves, single_members=False)
    if keys:
        raise InputError(
            "a document holds single keys", code="keys-outside-events", place=place_of(file, data, keys[0].start),
            hint="typed keys are read from JSON lines; remove the file or convert it",
        )  # fmt: skip
    metadata = stem in _METADATA
    fields = tuple(
        TextField(file, leaf.start, leaf.end, "json", role, leaf.text)
        for leaf in leaves
        if (role := leaf_role(leaf, stem=stem, metadata=metadata and len(leaf.path) == 1)) is not None
    )
    scalars = {".".join(map(str, leaf.path)): leaf.text for leaf in leaves if leaf.kind in ("string", "number")}
    return fields, scalars if metadata else {}


def read_text(file: str, data: bytes) -> tuple[TextField, ...]:
    """One plain field for each line of free text that is not blank."""
    check_text(file, data)
    lines = split_lines(data)
    fields = []
    for start, end in zip(lines.starts.tolist(), lines.ends.tolist(), strict=True):
        body = data[start:end].rstrip(b"\r\n")
        if body.strip():
            fields.append(
                TextField(
                    file,
                    start,
                    start + len(body),
                    "plain",
                    "text",
                    body.decode("utf-8"),
                )
            )
    return tuple(fields)


def name_fields(files: Mapping[str, SourceFile]) -> tuple[TextField, ...]:
    """The names of files as text fields of role ``file_name`` (start and end 0), those that recorders give left out."""
    # What lies in a store was named by its reader; the store has a name that somebody gave.
    return tuple(
        TextField(name, 0, 0, "plain", "file_name", name)
        for name in sorted({source.store or name for name, source in files.items()})
        if name not in _OWN_NAMES and file_type(name) != "hidden"
    )


def frames_of(files: Mapping[str, SourceFile]) -> dict[str, Frame]:
    """A frame for every image, by name."""
    return {name: Frame(name) for name in sorted(files) if file_type(name) == "image"}


def link_frames(fields: Iterable[TextField], frames: dict[str, Frame]) -> None:
    """Give each of ``frames`` the first row that names its file, by path or else by a bare name that no other has."""
    names: dict[str, list[str]] = {}
    for name in frames:
        names.setdefault(PurePosixPath(name).name, []).append(name)
    for one in fields:
        if one.role == "file_ref" and one.row is not None:
            path = one.text.replace("\\", "/").removeprefix("./")
            found = [path] if path in frames else names.get(PurePosixPath(path).name, [])
            if len(found) == 1 and frames[found[0]].row is None:
                frames[found[0]] = replace(frames[found[0]], row=one.row)


def unread_files(files: Mapping[str, SourceFile]) -> tuple[str, ...]:
    """Names of the files no reader has looked into (videos, archives, hidden files): a writer must not pass them."""
    return tuple(name for name in sorted(files) if file_type(name) in ("video", "opaque", "hidden"))
