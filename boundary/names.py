"""Names in the output: of recordings, of frames, and of the files beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from recording.model import Recording

_SUFFIXES = {".jpeg": ".jpg"}


_LIKE_PNG = frozenset({".webp", ".bmp", ".gif", ".tif", ".tiff"})


def frame_names(
    recording: Recording, *, neutral: bool, renamed: Iterable[str], rewritten: bool = False
) -> dict[str, str]:
    """Source name -> output name of every frame; no two are equal, and none is the name of another file.

    Args:
        neutral: Give every frame a neutral name, numbered in the order of the recording.
        renamed: Frames whose own name holds something sensitive: they get a neutral one in any case.
        rewritten: Whether frames are written anew: then what is neither PNG nor JPEG becomes PNG, and its name says so.
    """
    must = {frame.file for frame in recording.frames} if neutral else set(renamed)
    must -= {name for name, source in recording.files.items() if source.store}
    taken = set(recording.files) - must
    out = {}
    for number, frame in enumerate(recording.frames, start=1):
        path = PurePosixPath(frame.file)
        suffix = _SUFFIXES.get(path.suffix.lower(), path.suffix.lower())
        becomes_png = rewritten and suffix in _LIKE_PNG
        suffix = ".png" if becomes_png else suffix
        stem = f"frames/frame-{number:06d}" if len(path.parts) > 1 else f"frame-{number:06d}"
        out[frame.file] = frame.file
        if frame.file in must:
            out[frame.file] = free(stem, suffix, taken)
        elif becomes_png:
            out[frame.file] = free(str(path.with_suffix("")), suffix, taken)
        taken.add(out[frame.file])
    return out


def file_names(recording: Recording, *, neutral: bool, renamed: Iterable[str]) -> dict[str, str]:
    """The same for files that are no frames, as far as people gave them their names."""
    frames = {frame.file for frame in recording.frames}
    others = sorted(f.file for f in recording.fields if f.role == "file_name" and f.file not in frames)
    must = set(others) if neutral else set(others) & set(renamed)
    taken = set(recording.handed_in) - must
    out = {}
    for number, name in enumerate(others, start=1):
        if name in must:
            out[name] = free(f"file-{number:04d}", PurePosixPath(name).suffix.lower(), taken)
            taken.add(out[name])
    return out


def store_names(names: Mapping[str, str], recording: Recording) -> dict[str, str]:
    """``names``, with what lies in a store following the store."""
    out = dict(names)
    for name, source in recording.files.items():
        if source.store in names:
            inside = names.get(name, name).removeprefix(source.store)
            out[name] = names[source.store] + inside
    return out


def film_names(films: Iterable[str], names: Mapping[str, str], recording: Recording) -> dict[str, str]:
    """The same for videos that were written anew, which are MP4 files now.

    Args:
        films: Source names.
        names: Output names of all other files, and those of the films as they would be without.
    """
    out: dict[str, str] = {}
    for film in films:
        taken = {names.get(name, name) for name in recording.files if name != film} | set(out.values())
        out[film] = free(str(PurePosixPath(names.get(film, film)).with_suffix("")), ".mp4", taken)
    return out


def free(stem: str, suffix: str, taken: Collection[str]) -> str:
    """``stem`` with ``suffix``, and a number between them where that name is taken."""
    name, number = stem + suffix, 2
    while name in taken:
        name, number = f"{stem}-{number}{suffix}", number + 1
    return name


def recording_names(paths: Sequence[Path]) -> list[tuple[str, str]]:
    """For each source the name that it keeps where that may be, and the neutral one; two sources share none.

    They depend on the sources alone, not on what becomes of any of them.
    """
    wholes = [path.resolve() for path in paths]
    kept = _distinct(whole.name if whole.is_dir() else whole.stem for whole in wholes)
    taken = set(kept)
    out = []
    for number, name in enumerate(kept, start=1):
        neutral = f"recording-{number:04d}"
        out.append((name, neutral if neutral == name else free(neutral, "", taken)))
    return out


def _distinct(names: Iterable[str]) -> list[str]:
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    out = []
    for stem in names:
        # A thousand recordings of one name are no reason to count to a thousand for each.
        name, number = stem, numbers.get(stem, 2)
        while name in taken:
            name, number = f"{stem}-{number}", number + 1
        numbers[stem] = number
        taken.add(name)
        out.append(name)
    return out
