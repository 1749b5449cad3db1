"""Opening recordings: from a path, or from files in memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from recording.documents import file_type
from recording.errors import InputError
from recording.formats import FORMATS, find_format
from recording.formats.tables import mapped
from recording.lines import shown
from recording.mappings import HOUSE, Mappings
from recording.model import Recording, SourceFile
from recording.stores import SUFFIXES as STORE_SUFFIXES
from recording.stores import unpack

MAX_BYTES = 256 * 1024 * 1024
"""Text held in memory for one recording when nothing else is said."""
_MAX_FILES = 200_000
_SUFFIXES = frozenset({".jsonl", ".ndjson", ".log", ".txt"}) | STORE_SUFFIXES


def open_recording(path: str | Path, *, max_bytes: int = MAX_BYTES, mappings: Mappings = HOUSE) -> Recording:
    """Read the recording at ``path``, a folder or a file.

    Text is read into memory, images and other media stay on disk. Hidden files of the system are listed in
    `Recording.files` and get no reader (`recording.unread_files`).

    Args:
        path: Where it lies.
        max_bytes: Most bytes of text for the whole recording.
        mappings: What the policy says of columns and of unknown strings (`Policy.read`).

    Raises:
        InputError: Not there, not readable, larger than ``max_bytes``, holds links or special files, or is of no known
            format; also everything that the format raises.
    """
    root = Path(path)
    files = _collect(root, max_bytes, load=True)
    return parse_files(root.name or "recording", files, max_bytes=max_bytes, mappings=mappings)


def parse_files(
    name: str, files: Mapping[str, SourceFile], *, max_bytes: int = MAX_BYTES, mappings: Mappings = HOUSE
) -> Recording:
    """Read a recording from files in memory, for example to read again what was just written.

    Args:
        name: The recording's own name.
        files: Its files; stores (`recording.stores`) are unpacked.
        max_bytes: Most bytes of text to take out of a store.
        mappings: As for `open_recording`.

    Raises:
        InputError: No format claims the files, or the format cannot read them; a store cannot be unpacked.
    """
    found = unpack(files, max_bytes=max_bytes)
    recording = (mapped(found, mappings) or find_format(found)).parse(name, found)
    packed = recording.packed if found is files else MappingProxyType(dict(files))
    return replace(recording, packed=packed, mappings=mappings)


def with_files(recording: Recording, data: Mapping[str, bytes], *, without: Collection[str] = ()) -> Recording:
    """A copy of a recording in which some files hold something else, read anew; stores stay unpacked.

    Args:
        recording: The recording.
        data: New bytes by file name.
        without: Names of files that the copy has not.

    Raises:
        InputError: The format cannot read the result.
    """
    files = {name: source for name, source in recording.files.items() if name not in without}
    files |= {name: replace(files[name], data=new, path=None, load=None) for name, new in data.items()}
    format_ = mapped(files, recording.mappings) or find_format(files)
    return replace(format_.parse(recording.name, files), packed=recording.packed, mappings=recording.mappings)


def discover(path: str | Path) -> list[Path]:
    """The recordings at ``path``, sorted: itself, or those in the folder and its subfolders.

    A subfolder without anything readable is listed too, so that it is reported and not lost.

    Raises:
        InputError: The path is not there, or a folder holds no recording.
    """
    root = Path(path)
    if _mode(root, root.name) == stat.S_IFREG:
        return [root]
    found = _found_in(root)
    if not found:
        raise InputError(
            "no recording here", code="no-recording", place=shown(root.name),
            hint="give a recording or a folder of recordings",
        )  # fmt: skip
    return sorted(found)


def is_recording(path: str | Path) -> bool:
    """Whether some format claims the file or folder as it stands; it is not read.

    Raises:
        InputError: It cannot be listed.
    """
    files = _collect(Path(path), None, load=False)
    return any(item.claims(files) for item in FORMATS)


def _found_in(folder: Path) -> list[Path]:
    """The recordings in a folder, looked for in one subfolder after the other: a batch may hold any number of files.

    Every format wants a file that lies in the recording's own folder, so one that holds folders alone is no recording.
    """
    entries = sorted(_entries(folder), key=_entry_name)
    inside = [folder / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    beside = {
        entry.name: SourceFile(entry.name, path=folder / entry.name)
        for entry in entries
        if not entry.is_dir(follow_symlinks=False)
    }
    if any(file_type(name) != "hidden" or _is_odd(source) for name, source in beside.items()):
        try:
            return _discover(folder, _collect(folder, None, load=False))
        except InputError as error:
            if error.code != "too-many-files":
                raise
    found = _discover(folder, beside)
    if found == [folder]:
        return found
    for each in inside:
        try:
            found += _found_in(each) or ([each] if any(names for _, _, names in os.walk(each)) else [])
        except InputError:
            found.append(each)  # opening it says why
    return found


def _discover(root: Path, files: Mapping[str, SourceFile]) -> list[Path]:
    if any(item.claims(files) for item in FORMATS):
        return [root]
    found: list[Path] = []
    folders: dict[str, dict[str, SourceFile]] = {}
    for name, source in files.items():
        first, slash, rest = name.partition("/")
        if slash:
            folders.setdefault(first, {})[rest] = source
        elif _is_odd(source) or (
            not name.startswith(".")
            and (
                Path(name).suffix.lower() in _SUFFIXES
                or file_type(name) in ("image", "video")
                # Any document may be a recording by itself: formats look at how it begins.
                or (file_type(name) == "json" and any(item.claims({name: source}) for item in FORMATS))
            )
        ):
            found.append(root / name)
    for first, inside in folders.items():
        found += _discover(root / first, inside) or [root / first]
    return found


def _collect(root: Path, max_bytes: int | None, *, load: bool) -> dict[str, SourceFile]:
    """Every file under ``root`` by relative name; the content of text files when ``load``."""
    if _mode(root, root.name) == stat.S_IFREG:
        names = {_name(root.name): root}
    else:
        names = {}
        _walk(root, "", root.resolve(), names, strict=load)
    left = max_bytes
    files: dict[str, SourceFile] = {}
    for name in sorted(names):
        data = None
        if load and file_type(name) in ("jsonl", "json", "text"):
            data = _read(names[name], name, left)
            left = None if left is None else left - len(data)
        files[name] = SourceFile(name, data, names[name])
    return files


def _is_odd(source: SourceFile) -> bool:
    """A link or a special file that `_walk` let by: to be listed, and refused when it is opened."""
    return source.path is not None and (source.path.is_symlink() or not source.path.is_file())


def _walk(folder: Path, prefix: str, real: Path, names: dict[str, Path], *, strict: bool) -> None:
    """Collect the files under ``folder``; what must not be read raises, or is listed as it stands where not ``strict``.

    One bad recording must not keep `discover` from finding the others; opening it raises then.
    """
    try:
        entries = sorted(_entries(folder, prefix), key=_entry_name)
    except InputError:
        if strict or not prefix:
            raise
        names[f"{prefix}?"] = folder
        return
    for entry in entries:
        path = Path(entry.path)
        try:
            _visit(entry, path, prefix, real, names, strict=strict)
        except InputError as error:
            if strict or error.code == "too-many-files":
                raise
            names[prefix + entry.name] = path


def _visit(
    entry: os.DirEntry[str], path: Path, prefix: str, real: Path, names: dict[str, Path], *, strict: bool
) -> None:
    name = prefix + _name(entry.name)
    if entry.is_symlink():
        target = path.resolve()
        if not target.is_relative_to(real):
            raise InputError(
                "a link leads out of the recording", code="link-outside", place=shown(name),
                hint="put the file itself there",
            )  # fmt: skip
        if not target.is_file():
            raise InputError(
                "a link to a folder",
                code="link-folder",
                place=shown(name),
                hint="remove the link",
            )
        path = target
    if _mode(path, name) == stat.S_IFDIR:
        _walk(path, f"{name}/", real, names, strict=strict)
        return
    if len(names) >= _MAX_FILES:
        raise InputError(
            f"more than {_MAX_FILES} files",
            code="too-many-files",
            hint="give one recording at a time",
        )
    names[name] = path


def _entries(folder: Path, prefix: str = "") -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise _unreadable(prefix or folder.name, error) from None


def _entry_name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _mode(path: Path, name: str) -> int:
    """Regular file or folder; anything else (pipe, socket, device) is refused and never opened."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None
    if kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise InputError(
            "neither a file nor a folder",
            code="special-file",
            place=shown(name),
            hint="remove it",
        )
    return kind


def _read(path: Path, name: str, left: int | None) -> bytes:
    try:
        # No link is followed here: what was resolved before is opened, or nothing.
        handle = os.open(path.resolve(), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as stream:
            data = stream.read() if left is None else stream.read(left + 1)
    except OSError as error:
        raise _unreadable(name, error) from None
    if left is not None and len(data) > left:
        raise InputError(
            "the recording holds more text than allowed", code="too-large", place=shown(name),
            hint="split it, or raise the limit",
        )  # fmt: skip
    return data


def _name(raw: str) -> str:
    """A name that text can hold: decodable, without control characters."""
    if not raw.isprintable() or "\\" in raw:
        raise InputError(
            "a file name holds a control character, a backslash or bytes that are no text", code="file-name",
            place=shown(raw), hint="rename the file",
        )  # fmt: skip
    return raw


def _unreadable(name: str, error: Exception) -> InputError:
    missing = isinstance(error, FileNotFoundError)
    return InputError(
        "not found" if missing else "cannot be read", code="not-found" if missing else "unreadable",
        place=shown(name), hint="check the path" if missing else "check the permissions",
    )  # fmt: skip
