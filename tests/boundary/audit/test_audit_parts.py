"""What an audit is put together from: intervals, samples, gates, canaries, what is planted where, labels."""

from __future__ import annotations

import io
import json

import cv2
import numpy as np
import pytest
from audited import SECRET, desk
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from tiny_recording import picture

from boundary.audit.canaries import draw, fold, haystack, longest_run
from boundary.audit.draw import draw as draw_on
from boundary.audit.draw import visible
from boundary.audit.figures import metric_names
from boundary.audit.gates import FAILED, PASSED, UNMEASURED, parse_gate
from boundary.audit.items import CHANGED, KEPT, Item, Lottery
from boundary.audit.judge import texts_of
from boundary.audit.kinds import HARMLESS, KINDS, wanted
from boundary.audit.labelling import judge
from boundary.audit.labels import Task, read_labels, read_task, summary, write_labels, write_task
from boundary.audit.look import some_frames
from boundary.audit.plant import plant_texts, spots
from boundary.audit.rates import Rate
from boundary.audit.sampling import allocate, draw_sample
from policies import load_policy
from recording import SourceFile, parse_files
from recording.errors import InputError
from recording.simulate import Focus, draw_typist, logger_file, say, type_text

COUNTS = st.integers(0, 200).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def opened(files):
    """Files in memory as a recording."""
    return parse_files("made", {name: SourceFile(name, data) for name, data in files.items()})


class TestRate:
    @pytest.mark.parametrize(
        ("hits", "of", "low", "high"),
        [(0, 10, 0.0, 0.30850), (5, 10, 0.18709, 0.81291), (1, 100, 0.00025, 0.05446), (20, 20, 0.83157, 1.0)],
    )
    def test_intervals_are_those_of_the_tables(self, hits, of, low, high):
        """Clopper-Pearson bounds as published, to five digits."""
        assert Rate(hits, of).interval() == pytest.approx((low, high), abs=1e-5)

    @settings(deadline=None)
    @given(COUNTS)
    def test_an_interval_holds_its_share_and_mirrors(self, pair):
        """The share lies inside; leaks and recall have mirrored intervals; nothing measured says nothing."""
        rate = Rate(*pair)
        low, high = rate.interval()
        assert 0 <= low <= high <= 1
        if rate.share is None:
            assert (low, high) == (0, 1)
        else:
            assert low <= rate.share <= high
        other = rate.missed().interval()
        assert (1 - other[1], 1 - other[0]) == pytest.approx((low, high), abs=1e-9)


class TestSample:
    @settings(deadline=None)
    @given(st.dictionaries(st.tuples(st.text(), st.text()), st.integers(1, 60), min_size=1), st.data())
    def test_every_stratum_is_there_and_none_is_overdrawn(self, sizes, data):
        """One of each, never more than there are, and as many in all as were asked for."""
        count = data.draw(st.integers(len(sizes), sum(sizes.values())))
        drawn = allocate(sizes, count)
        assert sum(drawn.values()) == count
        assert all(1 <= drawn[key] <= size for key, size in sizes.items())

    def test_equal_seeds_draw_equal_samples(self, tmp_path):
        """Strata follow format and application; the scheme is told; what cannot be read is a stratum too."""
        for number in range(6):
            desk(app="Mail" if number < 4 else "Slides").save(tmp_path / f"{number}")
        (tmp_path / "broken").mkdir()
        (tmp_path / "broken" / "events.jsonl").write_bytes(b"{")
        paths = sorted(tmp_path.iterdir())
        samples = [draw_sample(paths, 4, seed=seed, policy=load_policy("baseline")) for seed in (1, 1, *range(2, 9))]
        assert samples[0] == samples[1]
        assert len({one.numbers for one in samples}) > 1
        assert all(sum(s.drawn for s in one.strata) == 4 and all(s.drawn for s in one.strata) for one in samples)
        assert "stratified" in samples[0].scheme
        assert "seed 1" in samples[0].scheme
        assert "census" in draw_sample(paths, None, seed=1, policy=load_policy("baseline")).scheme

    def test_a_sample_that_leaves_strata_out_is_refused(self, tmp_path):
        """Fewer recordings than strata cannot stand for the batch."""
        desk(app="Mail").save(tmp_path / "a")
        desk(app="Slides").save(tmp_path / "b")
        (tmp_path / "c").mkdir()
        for count in (0, -1, 1):
            with pytest.raises(InputError):
                draw_sample(sorted(tmp_path.iterdir()), count, seed=1, policy=load_policy("baseline"))


class TestGates:
    @pytest.mark.parametrize(
        ("text", "state"),
        [
            ("leak.US_SSN > 0.1", FAILED),
            ("leak.US_SSN > 0.2", PASSED),
            ("0.1 < leak.US_SSN <= 0.2", FAILED),
            ("leak.US_SSN > 0.5 or not residues < 3", FAILED),
            ("leak.US_SSN > 0.1 and (residues == 4)", PASSED),
            ("leak.CREDIT_CARD > 0.1", UNMEASURED),
            ("residues != 3 or precision < 1", UNMEASURED),
        ],
    )
    def test_a_gate_fails_where_its_condition_holds_or_nothing_was_measured(self, text, state):
        """Comparisons mean what they say; an unmeasured metric never passes."""
        assert parse_gate(text).judge({"leak.US_SSN": 0.2, "residues": 3.0, "precision": None}) == state

    @pytest.mark.parametrize(
        "text",
        ["", "leak", "leak >", "1 > 2", "leak > '1'", "leak > True", "leak + 1 > 2", "leak() > 1", "leak[0] > 1",
         "__import__('os').system('true') > 0", "leak > (lambda: 1)()", "leak in 1", "leak is 1", "leak := 1",
         "leak.__class__ > 1", "leak.US_SNN > 0.1", "leak > 0.1; residues > 1", "(" * 150 + ")" * 150,
         "l" * 400 + " > 1"],
    )  # fmt: skip
    def test_anything_else_is_refused_and_never_run(self, text):
        """A gate is read, not evaluated: calls, look-ups, other operators and unknown metrics are mistakes of usage."""
        with pytest.raises(InputError) as refused:
            parse_gate(text)
        assert refused.value.code in {"gate-syntax", "gate-metric"}

    def test_a_misspelt_metric_is_told_the_right_one(self):
        """The nearest metric is proposed."""
        with pytest.raises(InputError, match=r"leak\.CREDIT_CARD"):
            parse_gate("leak.CREDITCARD > 0.1")
        assert {"leak", "recall.PERSON.typed.low", "withheld.frames", "withheld.US_SSN"} <= metric_names()


class TestCanaries:
    def test_values_are_distinct_and_do_not_move_each_other(self):
        """No two canaries of a kind are equal, and a kind that is left out changes no other."""
        every = draw("typed", 10 * len(KINDS), list(KINDS), seed=4)
        assert len({(one.entity, fold(one.value)) for one in every}) == len(every)
        assert all(len(fold(one.value)) >= 6 and one.value in one.text for one in every)
        fewer = draw("typed", 10, ["US_SSN"], seed=4)
        assert [one.value for one in fewer] == [one.value for one in every if one.entity == "US_SSN"]
        assert draw("typed", 3, ["PERSON"], seed=5) != draw("typed", 3, ["PERSON"], seed=4)

    def test_national_ids_are_planted_where_the_policy_names_them(self):
        """Every default kind is; the others only when asked for."""
        assert "PL_PESEL" not in wanted([])
        assert "PL_PESEL" in wanted(["PL_PESEL", "SOMETHING_ELSE"])
        assert {"PERSON", "CREDIT_CARD", "PASSWORD", "SECRET", "LOCATION"} <= set(wanted([]))

    @settings(max_examples=50, deadline=None)
    @given(st.text("abcdefgh0123456789", min_size=6, max_size=24), st.data())
    def test_a_run_is_found_exactly_where_it_is(self, value, data):
        """The whole value counts 1, half of it half, less than half nothing; what others have too is no evidence."""
        start = data.draw(st.integers(0, len(value)))
        end = data.draw(st.integers(start, len(value)))
        piece = value[start:end]
        read = longest_run(value, haystack(["##", piece, "--"]))
        least = max(5, -(-len(value) // 2))
        assert read == (len(piece) / len(value) if len(piece) >= least else 0)
        assert longest_run(value, value, value) == 0


class TestPlanting:
    CANARIES = tuple(draw("typed", 22, ["CREDIT_CARD", "PERSON", HARMLESS], seed=2))

    def formats(self):
        """A DuckTrack folder, and lines of a logger, which knows neither fields nor applications."""
        rng = np.random.default_rng(3)
        script = [Focus("mail", "Inbox", "Body"), say("hello there"), Focus("crm", "Crm", "Notes"), say("done for now")]
        return {"ducktrack": desk().files(), "logger": logger_file(type_text(script, draw_typist(rng), rng))}

    @pytest.mark.parametrize("name", ["ducktrack", "logger"])
    def test_typed_canaries_read_back_in_every_format(self, name):
        """Each canary is in the copy's text, time never falls, and what was recorded is all still there."""
        recording = opened(self.formats()[name])
        copy, planted = plant_texts(recording, self.CANARIES, (), seed=1)
        assert {one.canary for one in planted} == set(self.CANARIES)
        assert len(planted) == len(self.CANARIES)
        text = texts_of(copy)
        assert all(max(longest_run(fold(form), text) for form in one.forms) >= 0.5 for one in planted)
        main = copy.events.filter(np.array(copy.events["stream"].to_pylist()) == 0)
        times = [t for t in main["t_ns"].to_pylist() if t is not None]
        assert times == sorted(times)
        before = [row for row in recording.events["text"].to_pylist() if row]
        after = iter(row for row in copy.events["text"].to_pylist() if row)
        assert all(any(row == other for other in after) for row in before)

    def test_nothing_is_typed_into_a_secure_field_or_while_a_key_is_down(self):
        """There a canary would be hidden for another reason, or break a shortcut."""
        made = desk().into("Password", secure=True)
        made.now += 5
        made.type("hunter2")
        recording = opened(made.files())
        rows = recording.events.to_pylist()
        assert spots(recording)
        assert not [spot for spot in spots(recording) if rows[spot.row]["secure"]]

    def test_canaries_in_texts_stand_behind_what_was_there(self):
        """Titles and names keep their text, in every application in turn."""
        canaries = draw("field", 6, ["US_SSN"], seed=2)
        copy, planted = plant_texts(opened(desk().files()), (), canaries, seed=1)
        assert {one.canary for one in planted} == set(canaries)
        titles = [item.text for item in copy.fields if SECRET in item.text]
        assert titles
        assert all(any(one.text in item.text for item in copy.fields) for one in canaries)
        assert len({one.app for one in planted}) >= 2

    def test_a_recording_without_keys_gets_no_typed_canaries(self):
        """There is nothing to imitate: the audit says how many found no place."""
        copy, planted = plant_texts(opened({"a.png": picture("nothing here")}), self.CANARIES, (), seed=1)
        assert planted == []
        assert spots(copy) == []


class TestScreens:
    def test_a_drawn_value_is_seen_and_paint_hides_it(self):
        """All of its ink shows at first, none under paint, and about half where half is painted."""
        canaries = draw("screen", 5, ["CREDIT_CARD", "PERSON"], seed=2)
        paper = np.full((600, 900, 3), 240, np.uint8)
        drawn, boxes = draw_on(paper, canaries, np.random.default_rng(1))
        assert all(box is not None for box in boxes)
        for left, top, width, height in boxes:
            painted, half = drawn.copy(), drawn.copy()
            cv2.rectangle(painted, (left, top), (left + width, top + height), (0, 0, 0), -1)
            cv2.rectangle(half, (left, top), (left + width // 2, top + height), (0, 0, 0), -1)
            assert visible(drawn, drawn, (left, top, width, height)) == 1
            assert visible(drawn, painted, (left, top, width, height)) == 0
            assert 0.25 < visible(drawn, half, (left, top, width, height)) < 0.75

    def test_what_has_no_room_is_left_out(self):
        """A picture smaller than a line of text takes none."""
        _, boxes = draw_on(
            np.zeros((12, 40, 3), np.uint8), draw("screen", 2, ["IBAN_CODE"], seed=2), np.random.default_rng()
        )
        assert boxes == [None, None]

    def test_a_copy_keeps_the_frames_it_needs_and_no_dangling_row(self):
        """Frames of every application in turn; the rows of the others are gone with them."""
        recording = opened(desk(shots=4).files())
        small = some_frames(recording, 2, seed=1)
        assert len(small.frames) == 2
        assert {frame.file for frame in small.frames} < {frame.file for frame in recording.frames}
        assert all(frame.row is not None for frame in small.frames)
        assert len(small.events) == len(recording.events) - 2
        assert some_frames(recording, 9, seed=1) is recording


def item(number, part=CHANGED):
    """A place in the first recording."""
    return Item(part, 1, "field", "PERSON", "rule", {"field": number, "start": 0, "end": 3})


class TestLabels:
    def test_a_lottery_is_fair_and_repeatable(self):
        """Equal seeds draw equal places in whatever order they come; a place takes part once."""
        drawn = []
        for order in (range(50), reversed(range(50))):
            lottery = Lottery(8, 3)
            for number in order:
                lottery.add(item(number))
                lottery.add(item(number))
            drawn.append([one.id for one in lottery.items()])
            assert lottery.seen[CHANGED, "field"] == 50
        assert drawn[0] == drawn[1]
        assert len(drawn[0]) == 8

    def test_recall_scales_the_misses_to_everything_that_was_kept(self, tmp_path):
        """90 % right of 100 changed places, 10 % missed of 200 kept ones: 90 / (90 + 20)."""
        items = tuple(item(n) for n in range(10)) + tuple(item(n, KEPT) for n in range(10))
        task = Task("batch", (1,), ((1, 2, 3),), {"changed field": 100, "kept field": 200}, items, 9)
        write_task(tmp_path, task)
        assert read_task(tmp_path) == task
        labels = {one.id: "y" if n < 9 else "n" for n, one in enumerate(items[:10])}
        labels |= {one.id: "y" if n < 1 else "n" for n, one in enumerate(items[10:])}
        told = summary(task, labels)
        assert told["precision"]["share"] == 0.9
        assert told["labelled_recall"]["share"] == pytest.approx(90 / 110, abs=1e-5)
        assert told["labelled_recall"]["low"] < 90 / 110 < told["labelled_recall"]["high"]
        assert summary(task, {})["labelled_recall"]["share"] is None

    def test_broken_labels_are_refused_and_kept(self, tmp_path):
        """Somebody's work is not thrown away because a file cannot be read."""
        write_labels(tmp_path, {"a": "y"})
        assert read_labels(tmp_path) == {"a": "y"}
        for broken in ("{", json.dumps({"labels": {"a": "maybe"}}), "[]"):
            (tmp_path / "labels.json").write_text(broken)
            with pytest.raises(InputError):
                read_labels(tmp_path)
            assert (tmp_path / "labels.json").read_text() == broken

    def test_recorded_text_cannot_steer_the_terminal(self, tmp_path):
        """Control characters of a place are shown as signs or spaces."""
        from boundary.audit.excerpt import Excerpt

        task = Task("batch", (1,), ((1, 2, 3),), {}, (item(1),), 9)
        out = io.StringIO()
        console = Console(file=out, force_terminal=False, width=80)
        excerpt = Excerpt("before\x1b[2J", "val\x07ue[bold]", "after\n", "title")
        assert judge(tmp_path, task, lambda _: excerpt, console, lambda: "y") == 1
        assert "\x1b" not in out.getvalue()
        assert "\x07" not in out.getvalue()
        assert "[bold]" in out.getvalue()
