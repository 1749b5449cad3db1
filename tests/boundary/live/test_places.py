"""Places in a file before and after it was changed, and in the part of it that is verified."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from boundary.live.places import Part, Places
from recording.edit import Patch, apply_patches

LINES = st.lists(st.tuples(st.binary(min_size=1, max_size=6), st.sampled_from(["stays", "goes", "new", "behind"])))


@given(LINES, st.data())
def test_places_of_lines_are_found_again(drawn: list[tuple[bytes, str]], data: st.DataObject) -> None:
    """A line that stays is where `after` says, `before` leads back, and what was left out of a part is not in it."""
    source, patches, starts, ends = b"", [], [], []
    for line, what in drawn:
        start, end = len(source), len(source) + len(line)
        source += line
        starts.append(start)
        ends.append(end)
        if what in {"goes", "new"}:
            patches.append(Patch("f", start, end, b"" if what == "goes" else b"<new>"))
        if what == "behind":
            patches.append(Patch("f", end, end, b"<behind>"))
    places, result = Places.of(patches), apply_patches(source, patches)
    first, last = np.array(starts, np.int64), np.array(ends, np.int64)
    same = ~places.touched(first, last)
    assert same.tolist() == [what in {"stays", "behind"} for _, what in drawn]
    begins = places.after(first)
    for number in np.flatnonzero(same).tolist():
        line = source[first[number] : last[number]]
        assert result[begins[number] :].startswith(line)
        assert places.before(int(begins[number])) == first[number]
    left_out = np.array([data.draw(st.booleans()) for _ in drawn], np.bool_) & same
    sizes = last - first
    part = Part.between(0, len(result), (begins[left_out], (begins + sizes)[left_out]))
    read = part.read(result)
    assert len(read) == len(result) - sizes[left_out].sum()
    inside = part.inside(np.arange(len(result)))
    for at in np.flatnonzero(inside >= 0).tolist():
        assert read[inside[at]] == result[at]
        assert part.outside(int(inside[at])) == at
    assert part.outside(len(read)) is None
