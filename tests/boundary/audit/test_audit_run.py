"""An audit from one end to the other: it sees a detector that is missing, and its report shows nothing recorded."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from audited import SECRET, SHAPES, desk, policy
from tiny_recording import left_of, picture, save
from typer.testing import CliRunner

from boundary import audit, cli
from boundary.audit.labels import read_labels, read_task, write_labels
from boundary.audit.page import page
from boundary.audit.write import refresh
from recording.errors import InputError

OPTIONS = audit.Options(canaries=40, entities=SHAPES, labels=5, second=False, seed=3)
GATES = ("leak.PHONE_NUMBER > 0.4", "leak.US_PASSPORT.typed >= 1", "withheld.CREDIT_CARD > 0.1")
POLICY = "policy: 1\nname: small\nfind:\n  - {use: text.pii, entities: [CREDIT_CARD, EMAIL_ADDRESS]}\n"
POLICY += "change:\n  default: {use: replace}\n"
VOID = {"meta", "link", "br", "path", "circle", "rect"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Three recordings, no frames."""
    folder = tmp_path_factory.mktemp("batch")
    for number in range(3):
        desk(user=f"user-{number}").save(folder / f"session-{number}")
    return folder


@pytest.fixture(scope="module")
def whole(sample, tmp_path_factory):
    """An audit with every detector there."""
    out = tmp_path_factory.mktemp("whole") / "out"
    return audit.run(sample, policy(*SHAPES), out, options=OPTIONS, gates=GATES)


@pytest.fixture(scope="module")
def lame(sample, tmp_path_factory):
    """The same without the detectors of phones and cards."""
    out = tmp_path_factory.mktemp("lame") / "out"
    return audit.run(sample, policy(*SHAPES[2:]), out, options=OPTIONS, gates=GATES)


def rate(done, entity, modality="field"):
    """Leaked and of how many."""
    row = next(row for row in done.data["leak"]["both"] if row["key"] == [entity, modality])
    return row["leak"]["hits"], row["leak"]["of"]


def test_an_audit_sees_that_a_detector_is_switched_off(whole, lame):
    """Without the detector of phones nearly every planted one is recovered, as typed and in texts, and a gate fails."""
    for modality in ("typed", "field"):
        leaked, of = rate(lame, "PHONE_NUMBER", modality)
        assert of >= 5
        assert leaked >= of - 1
        assert rate(whole, "PHONE_NUMBER", modality)[0] <= of // 3
    assert whole.passed
    assert not lame.passed
    assert [gate["state"] for gate in lame.data["gates"]] == ["failed", "passed", "failed"]


def test_what_verification_keeps_inside_is_withheld_and_no_leak(whole, lame):
    """Cards that no step looks for are hidden by nothing: what verification sees is withheld, the rest has leaked."""
    for modality in ("typed", "field"):
        leaked, of = rate(lame, "CREDIT_CARD", modality)
        assert leaked == of
        assert rate(whole, "CREDIT_CARD", modality)[1] >= 5
    assert lame.metrics["withheld.CREDIT_CARD"] > 0.2
    assert lame.metrics["withheld.US_PASSPORT"] == 0
    assert whole.metrics["withheld.CREDIT_CARD"] == 0


def test_what_one_detector_misses_moves_no_figure_of_others(whole, lame):
    """Equal seeds plant equal values, so that two audits differ where their policies do."""
    for entity in SHAPES[2:]:
        assert rate(whole, entity) == rate(lame, entity)
    assert whole.data["leak"]["asked"] == lame.data["leak"]["asked"] == {"typed": 32, "field": 32}


def test_planted_values_are_not_found_by_chance(whole, lame):
    """Values that were never planted are recovered from nothing."""
    assert whole.data["leak"]["chance"]["of"] >= 40
    assert whole.data["leak"]["chance"]["hits"] == lame.data["leak"]["chance"]["hits"] == 0


def test_harmless_texts_are_left_alone_by_patterns(whole):
    """Everyday sentences are planted too, and what is changed of them is over-redaction."""
    assert whole.data["harmless"]["all"]["of"] >= 10
    assert whole.data["harmless"]["all"]["share"] < 0.2


def test_equal_seeds_give_equal_figures(whole, sample, tmp_path):
    """An audit can be repeated: nothing but dates and seconds differs."""
    again = audit.run(sample, policy(*SHAPES), tmp_path / "out", options=OPTIONS, gates=GATES)
    other = {"seconds", "made"}
    assert {k: v for k, v in again.data.items() if k not in other} == {
        k: v for k, v in whole.data.items() if k not in other
    }


def test_no_file_of_an_audit_holds_a_recorded_value(whole, sample):
    """Neither typed text, nor titles, nor ids, nor canaries are in the folder; positions and labels are."""
    assert left_of([SECRET, "user-1", "line 2 for"], whole.out) == []
    assert {path.name for path in whole.out.iterdir()} == {"audit.json", "index.html", "items.json"}
    assert whole.out.stat().st_mode & 0o077 == 0


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing(whole):
    """One file without script, form, frame or address; every tag closed; a policy of content that allows its style."""
    text = (whole.out / "index.html").read_text("utf-8")
    tags = _Tags()
    tags.feed(text)
    assert tags.open == []
    assert not {tag for tag, _ in tags.seen} & {"script", "form", "iframe", "img", "object", "link", "base"}
    assert not [name for _, attributes in tags.seen for name in attributes if name.startswith("on") or name == "style"]
    assert not re.search(r"https?:|//[a-z]", text)
    assert "default-src 'none'" in text
    assert 'role="alert"' not in text


def test_names_of_applications_are_escaped_and_sensitive_ones_numbered(sample, tmp_path):
    """An application's name is recorded text: it cannot steer the page, and one that a detector finds is not shown."""
    batch = tmp_path / "batch"
    desk(app="<script>alert(1)</script>").save(batch / "a")
    desk(app="ada.tveit@example.com").save(batch / "b")
    options = audit.Options(canaries=5, entities=("US_SSN",), labels=0, second=False)
    done = audit.run(batch, policy("EMAIL_ADDRESS"), tmp_path / "out", options=options)
    text = (done.out / "index.html").read_text("utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert left_of(["ada.tveit"], done.out) == []
    assert "application " in text


@pytest.mark.slow
def test_values_of_residues_show_with_reveal_alone_and_then_marked(sample, tmp_path):
    """The second opinion finds a name that the policy leaves; its value is shown only where asked for."""
    batch = tmp_path / "batch"
    save(batch / "a", desk().type("please call Farida Halloran about it ").files())
    shown = {}
    for reveal in (False, True):
        options = audit.Options(canaries=0, labels=0, reveal=reveal)
        done = audit.run(batch, policy("US_SSN"), tmp_path / f"out-{reveal}", options=options)
        shown[reveal] = (done.out / "index.html").read_text("utf-8")
        assert done.data["opinion"]["count"] >= 1
    assert "Halloran" not in shown[False]
    assert 'role="alert"' not in shown[False]
    assert "Halloran" in shown[True]
    assert 'role="alert"' in shown[True]


def test_labels_become_precision_and_recall(sample, tmp_path):
    """Answers are kept without values; the report has them, and its gates are judged again."""
    options = audit.Options(canaries=0, labels=4, second=False)
    batch = tmp_path / "batch"
    save(batch / "a", desk().type("my card 4111 1111 1111 1111 is ").files())
    done = audit.run(batch, policy(*SHAPES), tmp_path / "out", options=options, gates=["precision < 0.5"])
    assert done.data["gates"][0]["state"] == "not measured"
    assert not done.passed
    task = read_task(done.out)
    write_labels(done.out, {item.id: "y" if item.part == "changed" else "n" for item in task.items})
    again = refresh(done.out)
    assert again.passed
    assert again.data["labels"]["precision"]["share"] == 1
    assert again.data["labels"]["labelled_recall"]["share"] == 1
    assert again.data["labels"]["labelled_recall"]["low"] < 1
    assert set(read_labels(done.out).values()) == {"y", "n"}
    assert "4111" not in "".join(path.read_text("utf-8") for path in done.out.iterdir())


def test_recordings_without_keys_or_texts_are_counted_and_hurt_nothing(tmp_path):
    """A batch may hold folders of screenshots, broken files and foreign ones: they are told, the rest is measured."""
    desk().save(tmp_path / "batch" / "a")
    save(tmp_path / "batch" / "b", {"shot 1.png": picture("nothing"), "shot 2.png": picture("here")})
    save(tmp_path / "batch" / "c", {"events.jsonl": b'{"broken'})
    save(tmp_path / "batch" / "d", {"dump.sql": b"select 1"})
    options = audit.Options(canaries=9, screen_canaries=9, entities=("US_PASSPORT",), labels=3, second=False)
    done = audit.run(tmp_path / "batch", policy("US_PASSPORT"), tmp_path / "out", options=options)
    assert rate(done, "US_PASSPORT")[1] >= 4
    assert sum(stratum["size"] for stratum in done.data["sample"]["strata"]) == 4
    assert done.metrics["withheld.recordings"] >= 0.5


def test_an_audit_is_not_written_over_anything(sample, tmp_path):
    """A folder with files in it, one inside the sample, and a file are refused before anything is read."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    for out in (tmp_path / "full", tmp_path / "full" / "file", sample / "out"):
        with pytest.raises(InputError):
            audit.run(sample, policy("US_SSN"), out, options=OPTIONS)
    assert (tmp_path / "full" / "file").read_text() == "mine"


def test_the_page_of_an_audit_that_measured_nothing_says_so(whole):
    """Without canaries, gates, labels and findings the page is still whole."""
    empty = json.loads((whole.out / "audit.json").read_text("utf-8"))
    empty["leak"] |= {"modality": [], "entity": [], "both": [], "app": [], "asked": {}}
    empty["leak"]["all"]["leak"]["of"] = 0
    empty |= {"gates": [], "labels": None, "found": {"label": [], "rule": [], "app": []}, "opinion": None}
    assert "no leak rate" in page(empty)


class TestCommand:
    def run(self, *arguments: object):
        """The command, in this process."""
        return CliRunner().invoke(cli.app, ["audit", *map(str, arguments)])

    @pytest.fixture
    def file(self, tmp_path):
        """A policy on disk."""
        (tmp_path / "small.yaml").write_text(POLICY)
        return tmp_path / "small.yaml"

    def test_exit_codes_tell_gates_usage_and_policy_apart(self, sample, file, tmp_path):
        """0 no gate failed, 1 a gate failed, 2 a wrong gate, entity or folder, 3 a policy that is refused."""
        few = ["--canaries", 9, "--entity", "US_PASSPORT", "--entity", "EMAIL_ADDRESS", "--no-second-opinion"]
        fine = self.run(sample, "--policy", file, "--out", tmp_path / "a", *few)
        assert fine.exit_code == 0, fine.output
        assert "recovered" in fine.output
        leaky = self.run("run", sample, "-p", file, "-o", tmp_path / "b", *few, "--fail-if", "leak.US_PASSPORT > 0.5")
        assert leaky.exit_code == 1
        assert "failed" in leaky.output
        gate, entity = ["--fail-if", "leak.US_SNN > 0"], ["--entity", "NOTHING"]
        for wrong in (gate, entity, ["--sample", "0"], ["--canaries", "-1"]):
            assert self.run(sample, "-p", file, "-o", tmp_path / "c", *wrong).exit_code == 2
            assert not (tmp_path / "c").exists()
        file.write_text("policy: 1\nfind: nothing\n")
        assert self.run(sample, "-p", file, "-o", tmp_path / "d").exit_code == 3

    def test_places_are_judged_with_keys_and_the_rest_waits(self, sample, file, tmp_path, monkeypatch):
        """y, n and s answer, b goes back, q stops; what was answered is kept, and asked no more."""
        few = ["--canaries", 0, "--no-second-opinion", "--labels", 4, "-q"]
        self.run(sample, "-p", file, "-o", tmp_path / "a", *few)
        first = CliRunner().invoke(cli.app, ["audit", "label", str(tmp_path / "a")], input="n\ny\nb\nn\ns\nq\n")
        assert first.exit_code == 0, first.output
        assert "3 answers kept" not in first.output
        assert sorted(read_labels(tmp_path / "a").values()) == ["n", "n", "skip"]
        second = CliRunner().invoke(cli.app, ["audit", "label", str(tmp_path / "a")], input="n\n")
        assert "5 of 8 places to judge" in second.output
        assert SECRET not in (tmp_path / "a" / "labels.json").read_text()

    def test_a_sample_that_is_not_what_was_audited_is_not_judged(self, file, tmp_path):
        """Positions in another recording would show something else."""
        desk().save(tmp_path / "batch" / "a")
        self.run(tmp_path / "batch", "-p", file, "-o", tmp_path / "a", "--canaries", 0, "--no-second-opinion", "-q")
        desk().type("more").save(tmp_path / "batch" / "a")
        done = self.run("label", tmp_path / "a")
        assert done.exit_code == 2
        assert self.run("label", tmp_path).exit_code == 2
