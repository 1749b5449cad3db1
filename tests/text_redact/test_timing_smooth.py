"""New paths of the mouse between places that stay."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from recording.timeline import unchanged
from text_redact.timing.smooth import Smooth

MS = 1_000_000
Row = tuple[str, int, float | None, float | None]


def smoothed(rows: list[Row], seed: bytes = b"s"):
    """The timeline of rows of one log, with new paths."""
    events = pa.table(
        {
            "kind": pa.array([row[0] for row in rows], pa.string()),
            "x": pa.array([row[2] for row in rows], pa.float64()),
            "y": pa.array([row[3] for row in rows], pa.float64()),
            "stream": pa.array([0] * len(rows), pa.int16()),
        }
    )
    t_ns = np.array([row[1] for row in rows], np.int64)
    return Smooth()(events, unchanged(t_ns, np.ones(len(rows), np.bool_)), seed)


@st.composite
def logs(draw) -> list[Row]:
    """Moves, clicks, scrolls and keys in any order."""
    t, out = draw(st.integers(0, 10**15)), []
    for _ in range(draw(st.integers(1, 60))):
        t += draw(st.sampled_from([0, 1, 8 * MS, 300 * MS, 40_000 * MS]))
        kind = draw(st.sampled_from(["move", "move", "move", "button_down", "button_up", "scroll", "key_down"]))
        spot = (None, None) if kind == "key_down" else (draw(st.integers(0, 1919)), draw(st.integers(0, 1079)))
        out.append((kind, t, *spot))
    return out


class TestSmooth:
    @settings(max_examples=100, deadline=None)
    @given(rows=logs())
    def test_only_moves_change_and_time_never_falls(self, rows):
        """Clicks, drags, scrolls and keys keep their place and their time, and every row its place in the file."""
        line = smoothed(rows)
        assert line.order.tolist() == list(range(len(rows)))
        assert np.all(np.diff(line.new_ns) >= 0)
        for index, (kind, t, _, _) in enumerate(rows):
            if kind != "move":
                assert line.new_ns[index] == t
                assert line.motion is None or not line.motion.rows[index]

    @settings(max_examples=100, deadline=None)
    @given(rows=logs())
    def test_new_positions_are_whole_pixels_inside_what_was_seen(self, rows):
        """No position is off the screen, and none is of a kind that the recorder does not write."""
        line = smoothed(rows)
        if line.motion is None:
            return
        moved = line.motion.rows
        for new, axis in ((line.motion.x[moved], 2), (line.motion.y[moved], 3)):
            seen = [row[axis] for row in rows if row[axis] is not None]
            assert np.all(new == np.floor(new))
            assert min(seen) <= new.min() <= new.max() <= max(seen)

    def test_a_path_ends_where_the_click_is(self):
        """The pointer is there when the button goes down."""
        rows: list[Row] = [("button_up", 0, 5, 5)]
        rows += [("move", (100 + 8 * n) * MS, 7 + 3.0 * n, 900.0 - n) for n in range(60)]
        rows.append(("button_down", 1_500 * MS, 400, 300))
        line = smoothed(rows)
        assert line.motion is not None
        assert (line.motion.x[60], line.motion.y[60]) == (400, 300)

    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 2**32))
    def test_a_path_does_not_depend_on_the_old_one(self, seed):
        """Between the same two clicks everybody's mouse goes the same way in the same time."""
        rng = np.random.default_rng(seed)
        ways = []
        for _ in range(2):
            times = np.sort(rng.integers(1, 1_999, 40))
            rows: list[Row] = [("button_up", 0, 5, 5)]
            rows += [("move", int(t) * MS, int(rng.integers(0, 999)), int(rng.integers(0, 999))) for t in times]
            rows += [
                ("button_down", 2_000 * MS, 600, 400),
                ("button_up", 2_100 * MS, 999, 0),
                ("scroll", 2_200 * MS, 0, 999),
            ]
            line = smoothed(rows)
            assert line.motion is not None
            ways.append((line.motion.x.tolist(), line.motion.y.tolist(), line.new_ns.tolist()))
        assert ways[0] == ways[1]

    def test_speed_has_one_peak_and_ends_at_rest(self):
        """The path is a reach of the hand, not a line drawn at constant speed."""
        rows: list[Row] = [("button_up", 0, 0, 500)]
        rows += [("move", (10 + 5 * n) * MS, n, 500 + n % 3) for n in range(200)]
        rows.append(("button_down", 3_000 * MS, 1900, 500))
        line = smoothed(rows)
        assert line.motion is not None
        step = np.diff(line.motion.x[1:201])
        assert 60 < int(np.argmax(step)) < 140
        assert step[:10].max() < step.max() / 4
        assert step[-10:].max() < step.max() / 4

    def test_an_attacker_who_knew_hands_by_their_curves_and_speeds_is_left_with_guessing(self):
        """Speed, curvature and length of the way tell forty people apart before, and nearly nobody after."""
        rng = np.random.default_rng(5)
        before, after = [], []
        for person in range(40):
            pace, bend, shake = rng.uniform(0.5, 2), rng.normal(0, 0.2), rng.uniform(0, 12)
            sides = [_session(np.random.default_rng([person, side]), pace, bend, shake) for side in (0, 1)]
            before.append([_features(rows, None) for rows in sides])
            after.append(
                [_features(rows, smoothed(rows, f"{person} {side}".encode())) for side, rows in enumerate(sides)]
            )
        assert _right(np.array(before)) >= 20
        assert _right(np.array(after)) <= 5


def _session(rng: np.random.Generator, pace: float, bend: float, shake: float) -> list[Row]:
    """Thirty clicks, and the ways between them as one hand goes them."""
    rows, t, spot = [], 0, np.array([900.0, 500.0])
    for _ in range(30):
        goal = rng.uniform((50, 50), (1850, 1000))
        share = np.linspace(0, 1, 40)
        way = goal - spot
        path = spot + np.outer(share, way) + np.outer(np.sin(np.pi * share) * bend, (-way[1], way[0]))
        path += rng.normal(0, shake, path.shape)
        for x, y in np.clip(path, 0, 1919):
            t += round(20 * pace) * MS
            rows.append(("move", t, float(np.floor(x)), float(np.floor(y))))
        # The click comes two seconds after the last, whoever makes it.
        t = (t // (2_000 * MS) + 1) * 2_000 * MS
        rows.append(("button_down", t, float(np.floor(goal[0])), float(np.floor(goal[1]))))
        spot = goal
    return rows


def _features(rows: list[Row], line) -> list[float]:
    moves = np.array([row[0] == "move" for row in rows])
    t = np.array([row[1] for row in rows]) if line is None else line.new_ns
    x = np.array([row[2] for row in rows], float) if line is None else line.motion.x
    y = np.array([row[3] for row in rows], float) if line is None else line.motion.y
    x, y, t = x[moves].reshape(30, 40), y[moves].reshape(30, 40), t[moves].reshape(30, 40) / 1e9
    steps = np.hypot(np.diff(x), np.diff(y))
    straight = np.hypot(x[:, -1] - x[:, 0], y[:, -1] - y[:, 0])
    off = ((x - x[:, :1]) * (y[:, -1:] - y[:, :1]) - (y - y[:, :1]) * (x[:, -1:] - x[:, :1])) / (
        straight[:, None] + 1
    ) ** 2
    took = t[:, -1] - t[:, 0]
    speed = steps / np.maximum(0.001, np.diff(t))
    return [
        float(np.median(took / np.log2(straight / 40 + 1.5))),
        float(np.median(off.mean(1))),
        float(np.median(steps.sum(1) / (straight + 1))),
        float(np.median(np.log(speed.mean(1) + 1))),
    ]


def _right(table: np.ndarray) -> int:
    """People whose second session is nearest to their own first one."""
    scaled = table / table.std(axis=(0, 1))
    apart = np.abs(scaled[:, 1, None] - scaled[None, :, 0]).sum(-1)
    return int((apart.argmin(1) == np.arange(len(table))).sum())
