"""The simulated typist: what it says was typed is what its events type, whoever types on whatever machine."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_reader import PlainReader

from recording import SourceFile, parse_files
from recording.model import EVENTS, KINDS
from recording.simulate import (
    Enter,
    Erase,
    Focus,
    Hold,
    Jump,
    Part,
    Paste,
    Say,
    Sensitive,
    Setup,
    Stream,
    Typist,
    Undo,
    draw_typist,
    drop_events,
    ducktrack_files,
    interrupted,
    logger_file,
    say,
    type_text,
)
from recording.simulate.session import WAYS, draw_script, draw_setup

STATS = Path(__file__).resolve().parents[3] / "shared" / "data" / "typing_stats.json"
FLAWLESS = Typist(corrected=0, uncorrected=0, reworded=0, looks_back=0)
SEEDS = st.integers(0, 10_000)
SETUPS = st.builds(
    Setup,
    platform=st.sampled_from(["linux", "windows", "macos"]),
    layout=st.sampled_from(["us", "us-intl", "de", "fr"]),
    composed=st.just(True),
    blind=st.just(False),
)
VALUE = Sensitive("e-mail", "corin.quill@larkspur.example")
TEXTS = (
    say("please write to ", VALUE, " before noon, Ada"),
    say('It is 10:30; NASA called about "Umbra" & the other (older) case'),
    say("meet me at four"),
)


def session(seed: int, setup: Setup, ways: list[str] | None = None, terminals: float = 0.15) -> Stream:
    """Somebody types the three texts."""
    rng = np.random.default_rng(seed)
    return type_text(draw_script(TEXTS, rng, ways=ways, terminals=terminals), draw_typist(rng), rng, setup=setup)


def typed_lines(texts: list[str]) -> Counter[str]:
    """Lines that are not empty, whatever field they stand in."""
    return Counter(line for text in texts for line in text.split("\n") if line.strip())


class TestTruth:
    @settings(max_examples=150, deadline=None)
    @given(SEEDS, SETUPS)
    def test_field_texts_are_what_the_events_type(self, seed, setup):
        """A reader that knows only keys and editors ends with the very texts that the simulator tells."""
        stream = session(seed, setup, [way for way in WAYS if way != "clicked"])
        read = PlainReader(stream, mac=setup.platform == "macos")
        assert typed_lines(list(read.texts.values())) == typed_lines([truth.text for truth in stream.fields])

    @settings(max_examples=40, deadline=None)
    @given(SEEDS, SETUPS)
    def test_last_state_is_the_text_and_every_maximum_is_a_state(self, seed, setup):
        """The journal leads from the empty field to the last text through every text that something was taken from."""
        for truth in session(seed, setup).fields:
            held = [text for _, text in truth.states()]
            assert (held or [""])[-1] == truth.text
            assert set(truth.maxima()) <= {"", *held}
            rows = [row for row, _ in truth.states()]
            assert rows == sorted(rows)

    @settings(max_examples=40, deadline=None)
    @given(SEEDS, SETUPS)
    def test_row_of_a_character_is_an_event_that_tells_it(self, seed, setup):
        """Every character of a final text leads to a press that typed it, a text with it, or a paste."""
        stream = session(seed, setup)
        events = stream.events.to_pylist()
        for truth in stream.fields:
            for char, row in zip(truth.text, truth.rows, strict=True):
                text = events[row]["text"]
                told = char in text if text is not None and events[row]["key"] != "v" else True
                assert told or events[row]["key"] in {"enter", "v"}

    def test_flawless_typist_types_the_text(self):
        """Without mistakes the field holds what the script says, Shift, AltGr, dead keys and signs included."""
        for layout, text in (
            ("us", "Ab c; {x}~\"'?"),
            ("de", "Grüße @ [1] {2} é â ß\\~|"),
            ("fr", 'Ça & là: "n° 12" #x ê ï @ 3,50 €'),
            ("us-intl", 'it\'s "naïve" café ~ ^ señor'),
        ):
            for platform in ("linux", "windows", "macos"):
                setup = Setup(platform=platform, layout=layout)
                stream = type_text(text, FLAWLESS, np.random.default_rng(1), setup=setup)
                assert stream.fields[0].text == text
                assert PlainReader(stream, mac=platform == "macos").texts.popitem()[1] == text


class TestPreimage:
    def test_without_mistakes_the_presses_spell_the_value(self):
        """Every press of the value is in the trace, and no other."""
        stream = type_text([TEXTS[0]], FLAWLESS, np.random.default_rng(2))
        (trace,) = stream.traces
        events = stream.events.to_pylist()
        assert "".join(events[row]["text"] for row in sorted(trace.presses)) == VALUE.value
        assert all(events[row]["kind"] == "key_up" for row in trace.releases)
        assert len(trace.releases) == len(trace.presses)
        assert trace.finals == (VALUE.value,)

    def test_what_was_deleted_is_in_the_trace(self):
        """A value that was typed, erased and typed again has every one of its presses in the trace, and the erasing."""
        number = Sensitive("number", "48151623")
        half = say("id ", Part("4815", number))
        stream = type_text([half, Erase(4), say(number, " ok")], FLAWLESS, np.random.default_rng(3))
        digits = {
            e["seq"] for e in stream.events.to_pylist() if e["kind"] == "key_down" and (e["text"] or "").isdigit()
        }
        (trace,) = stream.traces
        assert trace.presses == digits
        assert len(digits) == 12
        assert len(trace.erasers) == 4
        assert stream.fields[0].text == "id 48151623 ok"

    @settings(max_examples=60, deadline=None)
    @given(SEEDS, st.sampled_from(sorted(set(WAYS) - {"composed", "moved"})))
    def test_mistakes_inside_a_value_belong_to_it(self, seed, way):
        """Signs occur nowhere but in the value, so each press of one is in the trace, right or wrong or taken back."""
        typist = Typist(corrected=0.2, uncorrected=0.05, looks_back=1)
        value = Sensitive("number", "=[]=;=/][=/==")
        rng = np.random.default_rng(seed)
        script = draw_script([say("my sign is ", value, " thanks")], rng, ways=[way])
        stream = type_text(script, typist, rng)
        (trace,) = stream.traces
        for event in stream.events.to_pylist():
            if event["kind"] == "key_down" and event["text"] and event["text"] in "=[];/`\\":
                assert event["seq"] in trace.presses

    def test_a_paste_of_the_value_is_in_the_trace(self):
        """The press that pasted it told every character of it."""
        stream = type_text([say("to "), Paste(Part(VALUE.value, VALUE))], FLAWLESS, np.random.default_rng(4))
        (trace,) = stream.traces
        assert [stream.events["key"][row].as_py() for row in trace.presses] == ["v"]
        assert stream.clips[0][1] == VALUE.value

    def test_pieces_of_a_value_typed_around_a_window_switch_are_one_value(self):
        """A value broken off for a chat and finished later has one trace with all of its presses."""
        chat, mail = Focus("chat", "Team - Chat", "Message"), Focus("mail", "Inbox", "Body")
        script = [mail, *interrupted(TEXTS[0], 20, [chat, say("ok"), Enter()], mail)]
        stream = type_text(script, FLAWLESS, np.random.default_rng(5))
        (trace,) = stream.traces
        assert len(trace.presses) == len(VALUE.value)
        assert [truth.text for truth in stream.fields] == [
            "please write to corin.quill@larkspur.example before noon, Ada",
            "ok\n",
        ]


class TestEvents:
    @settings(max_examples=60, deadline=None)
    @given(SEEDS, SETUPS)
    def test_rows_are_well_formed(self, seed, setup):
        """Rows follow the schema, are numbered from 0, and their times never fall."""
        events = session(seed, setup).events
        assert events.schema == EVENTS
        assert events["seq"].to_pylist() == list(range(len(events)))
        assert set(events["kind"].to_pylist()) <= set(KINDS)
        times = events["t_ns"].to_pylist()
        assert times == sorted(times)

    @settings(max_examples=60, deadline=None)
    @given(SEEDS, st.sampled_from(["linux", "windows", "macos"]))
    def test_every_key_that_goes_down_comes_up(self, seed, platform):
        """Presses and releases are balanced key by key; a key that is down goes down again only by repeating itself."""
        base = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./", strict=True))
        down: list[str] = []
        for event in session(seed, Setup(platform=platform)).events.to_pylist():
            key = base.get(event["key"] or "", event["key"])
            if event["kind"] == "key_down" and key not in down:
                down.append(key)
            elif event["kind"] == "key_down":
                assert down[-1] == key
            elif event["kind"] == "key_up":
                down.remove(key)
        assert not down

    def test_recorder_of_bare_presses_has_no_releases(self):
        """Where one record stands for press and release there are only such records, and the same text."""
        stream = session(3, Setup(pairs=True, blind=False))
        kinds = set(stream.events["kind"].to_pylist())
        assert "key_pair" in kinds
        assert not kinds & {"key_down", "key_up"}

    def test_same_generator_gives_the_same_stream(self):
        """Equal seeds give equal events and equal truth; another seed gives others."""
        first, second, other = (session(seed, Setup()) for seed in (8, 8, 9))
        assert first.events.equals(second.events)
        assert first.traces == second.traces
        assert not first.events.equals(other.events)

    def test_held_key_repeats_itself_and_comes_up_once(self):
        """Automatic repeat is many presses and one release."""
        stream = type_text([Hold("x", 6)], FLAWLESS, np.random.default_rng(1))
        assert stream.events["kind"].to_pylist() == ["key_down"] * 6 + ["key_up"]
        assert stream.fields[0].text == "xxxxxx"

    def test_unknown_words_of_the_setup_are_refused(self):
        """A platform, layout, or way that nobody knows raises before anything is typed."""
        rng = np.random.default_rng(0)
        for script, setup in (
            ("a", Setup(platform="amiga")),
            ("a", Setup(layout="runes")),
            ([Erase(1, "magic")], Setup()),
            ([Jump(0, "magic")], Setup()),
            ([Say((Part("a"),), "magic")], Setup()),
            ([Focus("a", "b", how="magic")], Setup()),
        ):
            with pytest.raises(ValueError, match=r"platform|layout|erased|caret|typed|reached"):
                type_text(script, FLAWLESS, rng, setup=setup)

    def test_undo_brings_back_what_a_selection_took(self):
        """Deleting a selection and undoing it leaves the text as it was; redo takes it again."""
        for more, text in (([], "hello there"), ([Undo(redo=True)], "hello ")):
            script = [say("hello there"), Erase(5, "select"), Undo(), *more]
            assert type_text(script, FLAWLESS, np.random.default_rng(0)).fields[0].text == text


class TestLoss:
    @settings(max_examples=20, deadline=None)
    @given(SEEDS, st.floats(0, 0.3))
    def test_lost_rows_are_key_rows_and_the_truth_follows(self, seed, rate):
        """What is left is numbered anew, traces point at the same events, and field texts are unchanged."""
        stream = session(seed, Setup())
        lossy = drop_events(stream, rate, np.random.default_rng(seed))
        count = Counter(stream.events["kind"].to_pylist())
        left = Counter(lossy.events["kind"].to_pylist())
        assert all(left[kind] == count[kind] for kind in count if not kind.startswith("key"))
        assert [truth.text for truth in lossy.fields] == [truth.text for truth in stream.fields]
        times = {(e["t_ns"], e["key"], e["kind"]) for e in stream.events.to_pylist()}
        events = lossy.events.to_pylist()
        before = stream.events.to_pylist()
        assert times >= {(e["t_ns"], e["key"], e["kind"]) for e in events}
        for old, new in zip(stream.traces, lossy.traces, strict=True):
            olds = {(before[row]["t_ns"], before[row]["key"]) for row in old.presses}
            assert olds >= {(events[row]["t_ns"], events[row]["key"]) for row in new.presses}

    def test_rate_is_a_probability(self):
        """A share above one is refused."""
        with pytest.raises(ValueError, match="probability"):
            drop_events(session(0, Setup()), 1.5, np.random.default_rng(0))


class TestFiles:
    @settings(max_examples=20, deadline=None)
    @given(SEEDS, SETUPS)
    def test_ducktrack_files_read_back_as_the_same_events(self, seed, setup):
        """Each row has its line, with time, key, text, window and field as they were."""
        stream = session(seed, setup)
        files = {name: SourceFile(name, data) for name, data in ducktrack_files(stream).items()}
        rows = [row for row in parse_files("r", files).events.to_pylist() if row["file"] == "events.jsonl"]
        names = ("t_ns", "text", "app", "window", "field", "secure", "x", "y", "button")
        for row, wanted in zip(rows, stream.events.to_pylist(), strict=True):
            assert {name: row[name] for name in names} == {name: wanted[name] for name in names}
            assert (row["kind"], row["key"]) == (wanted["kind"], wanted["key"]) or wanted["kind"] == "text"

    @settings(max_examples=20, deadline=None)
    @given(SEEDS, st.booleans())
    def test_logger_lines_read_back_as_the_same_keys(self, seed, pairs):
        """A log of lines tells the same presses and releases."""
        stream = session(seed, Setup(pairs=pairs), [way for way in WAYS if way != "composed"])
        files = {name: SourceFile(name, data) for name, data in logger_file(stream).items()}
        rows = [row for row in parse_files("r", files).events.to_pylist() if row["kind"].startswith("key")]
        wanted = [row for row in stream.events.to_pylist() if row["kind"].startswith("key")]
        assert [(r["kind"], r["key"], r["text"]) for r in rows] == [(r["kind"], r["key"], r["text"]) for r in wanted]


def test_population_types_as_people_were_measured_to() -> None:
    """Medians of speed, hold, corrections and rollover over many typists are near the published ones."""
    if not STATS.exists():
        pytest.skip("the published statistics are not beside the repository")
    published = json.loads(STATS.read_text("utf-8"))["per_participant"]
    rng = np.random.default_rng(11)
    figures: dict[str, list[float]] = {}
    text = "I think we should meet again before the end of the week. " * 3
    for _ in range(120):
        stream = type_text(text, draw_typist(rng), rng, setup=Setup(blind=False))
        for name, figure in _measure(stream, len(text)).items():
            figures.setdefault(name, []).append(figure)
    for name, tolerance in (
        ("iki_median_ms", 0.15),
        ("hold_mean_ms", 0.15),
        ("wpm", 0.2),
        ("bksp_per_char", 0.35),
        ("rollover_ratio", 0.4),
    ):
        median = published[name]["p10_50_90"][1]
        assert abs(statistics.median(figures[name]) / median - 1) < tolerance, name


def _measure(stream: Stream, length: int) -> dict[str, float]:
    events = [e for e in stream.events.to_pylist() if e["key"] not in {"shift", "shift_r", "caps_lock"}]
    presses = [e["t_ns"] / 1e6 for e in events if e["kind"] == "key_down"]
    down: dict[str, float] = {}
    holds: list[float] = []
    overlaps = 0
    for event in events:
        if event["kind"] == "key_down":
            overlaps += bool(down)
            down.setdefault(event["key"], event["t_ns"] / 1e6)
        elif event["key"] in down:
            holds.append(event["t_ns"] / 1e6 - down.pop(event["key"]))
    return {
        "iki_median_ms": statistics.median(np.diff(presses).tolist()),
        "hold_mean_ms": statistics.mean(holds),
        "wpm": length / 5 / ((presses[-1] - presses[0]) / 60_000),
        "bksp_per_char": sum(e["key"] == "backspace" and e["kind"] == "key_down" for e in events) / length,
        "rollover_ratio": overlaps / len(presses),
    }


def test_drawn_setups_cover_platforms_and_layouts() -> None:
    """Many draws show every platform and layout, and recorders of bare presses."""
    setups = [draw_setup(np.random.default_rng(seed)) for seed in range(200)]
    assert {setup.platform for setup in setups} == {"linux", "windows", "macos"}
    assert {setup.layout for setup in setups} == {"us", "us-intl", "de", "fr"}
    assert any(setup.pairs for setup in setups)
