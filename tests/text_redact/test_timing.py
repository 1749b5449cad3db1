"""New times for typing: order, causality, and nothing left of the old ones."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_redact.timing.chance import Chance
from text_redact.timing.retimers import Jitter, Quantise, Resample

S = 1_000_000_000
STEPS = [Resample(5 * S), Resample(5 * S, overlap=False), Quantise(S // 10), Jitter(S // 4)]
RESAMPLES = STEPS[:2]
KEYS = ("a", "b", "e", "space", "backspace", "shift", "ctrl_l", "enter")

Row = tuple[str, str | None, int]


def table(rows: list[Row], stream: list[int] | None = None) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Events of the columns that timing reads, their times, and where there are any."""
    texts = [(" " if key == "space" else key if key and len(key) == 1 else None) for _, key, _ in rows]
    events = pa.table(
        {
            "kind": pa.array([kind for kind, _, _ in rows], pa.string()),
            "key": pa.array([key for _, key, _ in rows], pa.string()),
            "text": pa.array(texts, pa.string()),
            "stream": pa.array(stream or [0] * len(rows), pa.int16()),
        }
    )
    return events, np.array([t for _, _, t in rows], np.int64), np.ones(len(rows), np.bool_)


def retimed(step, rows: list[Row], *, seed: bytes = b"s", stream: list[int] | None = None, written=()):
    """The timeline that a step gives to rows."""
    events, t_ns, timed = table(rows, stream)
    put = np.zeros(len(rows), np.bool_)
    put[list(written)] = True
    return step(events, t_ns, timed, put, seed)


@st.composite
def logs(draw) -> list[Row]:
    """Rows as recorders write them: keys that overlap, repeat, lose their other half; the mouse in between."""
    rows: list[Row] = []
    down: list[str] = []
    t = draw(st.integers(0, 10**18))
    for _ in range(draw(st.integers(1, 60))):
        t += draw(st.sampled_from([0, 1_000, 7_000_000, 95_123_456, 180_000_001, 900_000_000, 20 * S]))
        what = draw(st.integers(0, 9))
        if what < 5:
            key = draw(st.sampled_from(KEYS))
            rows.append(("key_down", key, t))
            down.append(key)
        elif what < 8:
            key = draw(st.sampled_from(down)) if down else draw(st.sampled_from(KEYS))
            rows.append(("key_up", key, t))
            down = [name for name in down if name != key]
        else:
            rows.append((draw(st.sampled_from(["move", "button_down", "key_pair", "other"])), None, t))
    return rows


def strokes(rows: list[Row]) -> list[tuple[int, int]]:
    """Row of the last press and row of the release of every stroke that is whole."""
    down: dict[str, int] = {}
    out = []
    for index, (kind, key, _) in enumerate(rows):
        if kind == "key_down":
            down[key or ""] = index
        elif kind == "key_up" and key in down:
            out.append((down.pop(key or ""), index))
    return out


class TestEveryStep:
    @pytest.mark.parametrize("step", STEPS, ids=repr)
    @settings(max_examples=60, deadline=None)
    @given(rows=logs())
    def test_rows_stay_as_many_and_their_times_never_fall_in_file_order(self, step, rows):
        """A reader that follows the file sees time go on."""
        line = retimed(step, rows)
        assert sorted(line.order.tolist()) == list(range(len(rows)))
        assert np.all(np.diff(line.new_ns[line.order]) >= 0)

    @pytest.mark.parametrize("step", STEPS, ids=repr)
    @settings(max_examples=60, deadline=None)
    @given(rows=logs())
    def test_no_key_comes_up_before_it_went_down(self, step, rows):
        """Causality holds in time and in the order of the file."""
        line = retimed(step, rows)
        place = np.argsort(line.order)
        for press, release in strokes(rows):
            assert line.new_ns[press] <= line.new_ns[release]
            assert place[press] < place[release]

    @pytest.mark.parametrize("step", STEPS, ids=repr)
    @settings(max_examples=60, deadline=None)
    @given(rows=logs())
    def test_everything_but_releases_of_plain_keys_keeps_its_order(self, step, rows):
        """What was typed, which modifiers were held and where the mouse came in between stay as they were."""
        line = retimed(step, rows)
        fixed = [
            row
            for row in line.order.tolist()
            if rows[row][0] != "key_up" or (rows[row][1] or "") in ("shift", "ctrl_l")
        ]
        assert fixed == sorted(fixed)

    @pytest.mark.parametrize("step", [step for step in STEPS if step != Resample(5 * S)], ids=repr)
    @settings(max_examples=30, deadline=None)
    @given(rows=logs())
    def test_only_drawn_overlaps_change_the_order_of_rows(self, step, rows):
        """The other steps leave every row in its place."""
        assert retimed(step, rows).order.tolist() == list(range(len(rows)))

    @pytest.mark.parametrize("step", STEPS, ids=repr)
    def test_a_log_without_typing_is_left_alone(self, step):
        """The mouse alone has no typing rhythm."""
        rows: list[Row] = [("move", None, 7), ("button_down", None, 123_456_789)]
        line = retimed(step, rows)
        assert line.new_ns.tolist() == [7, 123_456_789]

    @pytest.mark.parametrize("step", STEPS, ids=repr)
    def test_it_can_be_sent_to_another_process(self, step):
        """Engines pickle what they run."""
        assert pickle.loads(pickle.dumps(step)) == step

    @pytest.mark.parametrize("step", STEPS, ids=repr)
    def test_the_same_key_and_recording_give_the_same_times_and_another_key_others(self, step):
        """A run can be repeated by who has the key, and by nobody else."""
        rows = typed("the same sentence", 0.13)
        again = [retimed(step, rows, seed=seed).new_ns.tolist() for seed in (b"one", b"one", b"two")]
        assert again[0] == again[1]
        assert isinstance(step, Quantise) or again[0] != again[2]


def typed(text: str, gap_s: float, *, hold_s: float = 0.07, start: int = 10**12) -> list[Row]:
    """A text typed at an even pace, in the order of time."""
    events = []
    for index, char in enumerate(text):
        key = "space" if char == " " else char
        t = start + round(index * gap_s * S)
        events += [(t, 2 * index, "key_down", key), (t + round(hold_s * S) + 3, 2 * index + 1, "key_up", key)]
    return [(kind, key, t) for t, _, kind, key in sorted(events)]


class TestResample:
    @settings(max_examples=40, deadline=None)
    @given(factor=st.floats(0.2, 3), jitter=st.integers(0, 2**32))
    def test_the_new_times_do_not_depend_on_the_old_ones(self, factor, jitter):
        """Two people who typed the same keys in the same order leave the same times behind."""
        rng = np.random.default_rng(jitter)
        slow = typed("some words that are typed", 0.2)
        gaps = np.cumsum(rng.uniform(0.02, 1.2, len(slow)) * factor)
        other = [(kind, key, 10**12 + round(t * S)) for (kind, key, _), t in zip(slow, gaps - gaps[0], strict=True)]
        lines = [retimed(RESAMPLES[0], rows) for rows in (slow, other)]
        apart = np.abs(lines[0].new_ns - lines[1].new_ns)
        assert lines[0].order.tolist() == lines[1].order.tolist()
        # Not more than the clocks of the two logs can tell.
        assert apart.max() <= 1_000_000

    def test_how_far_strokes_overlap_does_not_show(self):
        """Somebody who lets every key go late and somebody who lets every key go early look alike."""
        text = "nobody knows whose hand"
        lines = [typed(text, 0.2, hold_s=hold) for hold in (0.05, 0.31)]
        names = []
        for rows in lines:
            line = retimed(RESAMPLES[0], rows)
            names.append([rows[row][:2] for row in line.order])
        assert names[0] == names[1]

    def test_a_pause_stays_one_and_its_length_is_drawn(self):
        """Whether somebody was away for a minute or for an hour is not told."""
        long = []
        for away in (60 * S, 3600 * S):
            rows = typed("before", 0.2)
            rows += typed("after", 0.2, start=rows[-1][2] + away)
            line = retimed(RESAMPLES[0], rows)
            long.append(np.diff(line.new_ns[line.order]).max())
        assert long[0] == long[1]
        assert 2 * S <= long[0] <= 15 * S

    def test_what_was_put_in_leaves_no_gap_of_the_length_of_what_was_taken_out(self):
        """A burst that took the place of a minute's typing is followed like one that took the place of a second's."""
        new = []
        for took in (1, 60):
            rows = typed("[x]", 0.02, hold_s=0.01)
            rows += typed("and on", 0.2, start=rows[-1][2] + took * S)
            new.append(retimed(RESAMPLES[0], rows, written=range(6)).new_ns.tolist())
        assert new[0] == new[1]

    def test_the_work_of_the_mouse_between_two_bursts_of_typing_keeps_its_own_distances(self):
        """Only the ways between keyboard and mouse are drawn."""
        rows = typed("one", 0.2)
        at = rows[-1][2] + S
        rows += [("move", None, at + n * 8_000_000) for n in range(50)] + [("button_down", None, at + S)]
        rows += typed("two", 0.2, start=at + 2 * S)
        line = retimed(RESAMPLES[0], rows)
        mouse = [index for index, row in enumerate(rows) if row[1] is None]
        assert np.array_equal(np.diff(line.new_ns[mouse]), np.diff([rows[index][2] for index in mouse]))

    def test_a_key_that_repeats_itself_does_so_at_one_rate_for_everybody(self):
        """How fast a keyboard repeats is a setting of its owner."""
        new = []
        for delay, rate in ((0.25, 0.02), (0.9, 0.08)):
            rows: list[Row] = [("key_down", "a", S)]
            rows += [("key_down", "a", S + round((delay + n * rate) * S)) for n in range(5)]
            rows.append(("key_up", "a", rows[-1][2] + 30_000_001))
            new.append(np.diff(retimed(RESAMPLES[0], rows).new_ns))
        assert np.array_equal(new[0], new[1])

    def test_copies_of_a_key_in_another_file_move_with_it(self):
        """OpenCUA writes every key twice."""
        rows = typed("copied", 0.15, hold_s=0.2)
        line = retimed(RESAMPLES[0], rows + rows, stream=[0] * len(rows) + [1] * len(rows))
        assert np.array_equal(line.new_ns[: len(rows)], line.new_ns[len(rows) :])
        assert np.array_equal(line.order[: len(rows)], line.order[len(rows) :] - len(rows))

    def test_keys_that_only_another_file_has_lose_their_rhythm(self):
        """A second keyboard log on the same clock is put onto the times of the first."""
        rows = typed("main", 0.5)
        other = typed("secretly", 0.03, start=10**12 + 12_345_678)
        line = retimed(RESAMPLES[0], rows + other, stream=[0] * len(rows) + [1] * len(other))
        assert set(line.new_ns[len(rows) :].tolist()) <= set(line.new_ns[: len(rows)].tolist())

    def test_times_between_two_keys_become_the_first_ones(self):
        """A share of an interval would tell the interval."""
        rows = typed("ab", 0.2)
        line = retimed(RESAMPLES[0], rows)
        inside = np.array([rows[0][2] + n * 1_000_000 for n in range(1, 60)])
        assert set(line.clock(inside).tolist()) == {int(line.new_ns[0])}


class TestQuantiseAndJitter:
    @settings(max_examples=40, deadline=None)
    @given(rows=logs())
    def test_quantised_times_are_starts_of_bins_at_most_one_bin_earlier(self, rows):
        """The bin is all that is told."""
        line = retimed(Quantise(S // 10), rows)
        if any(kind.startswith("key") for kind, _, _ in rows):
            old = np.array([t for _, _, t in rows])
            assert not np.any(line.new_ns % (S // 10))
            assert np.all((old - line.new_ns >= 0) & (old - line.new_ns < S // 10))

    def test_jitter_delays_keys_by_at_most_its_limit(self):
        """Nothing is early, and no delay adds to the one before."""
        rows = typed("a longer sentence to be delayed", 0.02, hold_s=0.017)
        line = retimed(Jitter(S // 10), rows)
        delay = line.new_ns - np.array([t for _, _, t in rows])
        assert delay.min() >= -1_000
        assert delay.max() <= S // 10


class TestChance:
    def test_draws_are_uniform_and_normal(self):
        """The first two moments are those of the distributions."""
        chance = Chance(b"seed")
        uniform, normal = chance.uniform(20_000), chance.normal(20_001)
        assert 0 < uniform.min() <= uniform.max() < 1
        assert abs(uniform.mean() - 0.5) < 0.01
        assert abs(normal.mean()) < 0.03
        assert abs(normal.std() - 1) < 0.03
        assert len(normal) == 20_001

    def test_every_call_goes_on_in_the_stream(self):
        """No number is drawn twice."""
        chance = Chance(b"seed")
        assert not np.intersect1d(chance.uniform(1_000), chance.uniform(1_000)).size
