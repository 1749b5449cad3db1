"""The shipped model finds names as people type them, alone as in batches, and says what it cannot read."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.contract import BatchDetector, BuildContext
from recording.errors import MissingExtra, StepFailed
from recording.model import Hit
from text_redact import names
from text_redact.names import LABELS, detector, memory, model, named
from text_redact.names.detector import Names
from text_redact.names.step import NAMES, NamesOptions
from text_redact.steps import PII

TEXTS = {
    "PERSON": (
        "Hi Rosalind, can you call Chidi Okafor back?",
        "hey rosalind can u call chidi okafor back tmrw",
        "first name: siobhan\nlast name: nakamura",
        "From: Okafor, Chidi\nTo: Lindqvist, Anna",
    ),
    "LOCATION": ("The team flies to Lisbon on Monday.", "moving from nairobi to lisbon next week"),
    "ADDRESS": (
        "Please ship it to 48 Larch Street, Springfield, IL 62704.",
        "my address is 12 elm grove, leeds ls1 4ab",
    ),
}
MIXED = st.text(st.sampled_from("abc RÉß.,'-@\n\t日ий🙂\u200d\u0301\ud800"), max_size=200)


def found(text: str, detect: Names = Names()) -> list[tuple[str, str]]:  # noqa: B008 - frozen
    """Label and value of each hit."""
    return [(hit.label, text[hit.start : hit.end]) for hit in detect(text)]


class TestFinding:
    @pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in TEXTS.items() for text in texts])
    def test_each_kind_is_found_in_any_case(self, label: str, text: str):
        """Names, places and addresses are found as written, in lower case and in capitals."""
        for variant in (text, text.lower(), text.upper()):
            assert label in {hit.label for hit in Names()(variant)}, variant

    @pytest.mark.parametrize(
        "text",
        ["", " \n\t", "Mark all as read", "git commit -m 'fix build'", "x = [i ** 2 for i in range(10)]", "12:30 42%"],
    )
    def test_nothing_is_found_where_nobody_is_named(self, text: str):
        """Menus, commands, code, numbers and white space hold no names."""
        assert not Names()(text)

    def test_a_hit_covers_whole_words_without_the_possessive(self):
        """Hyphens and apostrophes inside a name belong to it; an 's behind it does not."""
        assert ("PERSON", "Jean-Luc O'Brien") in found("I met Jean-Luc O'Brien's sister in the lobby")

    def test_lines_of_an_address_are_one_finding(self):
        """An address over several lines is one place to change."""
        text = "Ship to:\n48 Larch Street\nSpringfield, IL 62704\n\nThanks"
        addresses = [value for label, value in found(text) if label == "ADDRESS"]
        assert len(addresses) == 1
        assert addresses[0].startswith("48 Larch")
        assert "62704" in addresses[0]

    def test_only_the_wanted_labels_come_back(self):
        """Labels that a policy does not ask for are not reported."""
        text = "Rosalind Okafor moved to Lisbon"
        assert {label for label, _ in found(text, Names(("PERSON",)))} == {"PERSON"}

    def test_a_name_deep_in_a_long_text_is_found(self):
        """Texts of many windows are read whole."""
        filler = "the build was slow again today and nobody knows why it took that long. "
        text = filler * 40 + "please ask Rosalind Okafor about it. " + filler * 40
        assert ("PERSON", "Rosalind Okafor") in found(text)

    def test_disguised_letters_do_not_hide_a_name(self):
        """Full-width letters and invisible characters inside a name are read through, with the right offsets."""
        text = "ask \uff32osalind Oka\u200bfor about it"
        assert any(value.endswith("Oka\u200bfor") for _, value in found(text))


class TestPromises:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(MIXED, max_size=5))
    def test_many_texts_give_what_each_alone_gives(self, texts: list[str]):
        """Batching and memory change the speed and nothing else; hits lie inside the text and hold a letter."""
        together = Names().many(texts)
        for text, hits in zip(texts, together, strict=True):
            detector._memory.cache_clear()
            assert list(hits) == list(Names()(text))
            assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
            assert all(any(char.isalpha() for char in text[hit.start : hit.end]) for hit in hits)

    def test_a_higher_threshold_covers_no_more(self):
        """The threshold is a lower bound of scores."""
        text = "sam from finance told will that may is fine, ask rosalind okafor in lisbon"
        low, high = ({at for hit in Names(threshold=t)(text) for at in range(hit.start, hit.end)} for t in (0.1, 0.9))
        assert high <= low

    def test_it_survives_pickling_and_is_a_batch_detector(self):
        """Engines send steps to other processes, and the pipeline hands it many texts at once."""
        text = TEXTS["PERSON"][0]
        copy = pickle.loads(pickle.dumps(Names()))
        assert isinstance(copy, BatchDetector)
        assert list(copy(text)) == list(Names()(text))

    def test_memory_stays_within_its_limit(self):
        """Answers are kept up to a size; the ones used least recently go first."""
        kept: memory.Memory[int] = memory.Memory(100)
        for number in range(1000):
            kept.put(b"%d" % number, number, 10)
            kept.get(b"0")
        assert len(kept) == 10
        assert kept.get(b"0") == 0
        assert kept.get(b"500") is None

    def test_nothing_of_a_text_is_kept_in_memory(self):
        """What is remembered has digests for keys and places for answers."""
        Names()("please ask Rosalind Okafor about it")
        assert all(len(key) == 16 for key in detector._memory()._held)
        assert "Rosalind" not in repr(detector._memory()._held)


class TestOtherScripts:
    TEXT = "meeting with Мария Соколова and 田中 about μ and Δ"

    def test_letters_that_the_model_cannot_read_are_hidden(self):
        """By default a run of letters that are not Latin is a finding; single symbols are not."""
        values = {value for label, value in found(self.TEXT) if label == "UNREADABLE_SCRIPT"}
        assert values == {"Мария Соколова", "田中"}

    def test_the_policy_may_withhold_or_pass_over_them(self):
        """Fail closed or ignore, as the reviewer decided."""
        with pytest.raises(StepFailed, match="script") as raised:
            Names(unknown_script="withhold")(self.TEXT)
        assert raised.value.code == "unknown-script"
        assert "Мария" not in str(raised.value)
        assert not [hit for hit in Names(unknown_script="ignore")(self.TEXT) if hit.label == "UNREADABLE_SCRIPT"]

    def test_accented_latin_letters_are_read(self):
        """Diacritics do not make a script."""
        assert not [
            v for label, v in found("Łukasz Żółć, Søren Ødegård, Ñandú, ß, Nguyễn Thị Hương") if "SCRIPT" in label
        ]


class TestStep:
    def test_it_builds_the_shipped_model(self, tmp_path: Path):
        """Without options the model inside the package finds its four labels."""
        assert NAMES.build(NamesOptions(), BuildContext(folder=tmp_path, key=b"")) == Names()

    @pytest.mark.parametrize(
        "options",
        [
            {"labels": ("NRP",)},
            {"labels": ()},
            {"threshold": 0},
            {"model": "remote"},
            {"model": "gliner:"},
            {"unknown_script": "x"},
        ],
    )
    def test_options_that_cannot_work_are_refused(self, options: dict[str, object]):
        """A label that the shipped model does not know, or a model nobody can name, is a mistake in the policy."""
        with pytest.raises(ValueError, match="validation error"):
            NamesOptions(**options)

    def test_a_model_that_is_not_here_refuses_the_policy(self, tmp_path: Path):
        """Nothing is downloaded: a folder or package that is missing is said before any recording is read."""
        options = NamesOptions(model="spacy:no_such_model")
        with pytest.raises(MissingExtra) as raised:
            NAMES.build(options, BuildContext(folder=tmp_path, key=b""))
        assert raised.value.code == "names-model"

    def test_a_library_that_is_not_here_refuses_the_policy(self, monkeypatch: pytest.MonkeyPatch):
        """The policy's check already says which library is missing."""
        monkeypatch.setattr(named, "installed", lambda kind: False)
        with pytest.raises(ValueError, match="library"):
            NamesOptions(model="gliner:models/small")

    def test_a_damaged_model_is_refused(self, monkeypatch: pytest.MonkeyPatch):
        """A file that does not have the digest it was shipped with is not run."""
        monkeypatch.setattr(model.hashlib, "sha256", model.hashlib.md5)
        model.shipped.cache_clear()
        with pytest.raises(MissingExtra) as raised:
            model.shipped()
        assert raised.value.code == "names-model"

    def test_text_pii_finds_names_by_the_same_model(self, tmp_path: Path):
        """Names and patterns may be asked for in one step."""
        options = PII.options(entities=("PERSON", "EMAIL_ADDRESS"))
        detect = PII.build(options, BuildContext(folder=tmp_path, key=b""))
        hits = detect("ask Rosalind Okafor, rosalind@example.org")
        assert {hit.label for hit in hits} == {"PERSON", "EMAIL_ADDRESS"}
        assert PII.build(options, BuildContext(folder=tmp_path, key=b""))("Rosalind Okafor")  # and in another plan
        assert names.build({"PERSON"}) == Names(("PERSON",))


class TestNamedModels:
    def test_a_spacy_pipeline_on_disk_is_used(self, tmp_path: Path):
        """Any pipeline that sets entities can be named, and its labels become ours."""
        import spacy

        pipeline = spacy.blank("en")
        ruler = pipeline.add_pipe("entity_ruler")
        ruler.add_patterns([{"label": "GPE", "pattern": "Lisbon"}, {"label": "PRODUCT", "pattern": "Widget"}])
        pipeline.to_disk(tmp_path / "mine")
        options = NamesOptions(model="spacy:mine", labels=("LOCATION", "PRODUCT"))
        detect = NAMES.build(options, BuildContext(folder=tmp_path, key=b""))
        assert list(pickle.loads(pickle.dumps(detect))("from Lisbon with a Widget")) == [
            Hit("LOCATION", 5, 11, 1.0, "names:spacy"), Hit("PRODUCT", 19, 25, 1.0, "names:spacy"),
        ]  # fmt: skip

    def test_a_folder_that_is_no_model_is_said_without_its_content(self, tmp_path: Path):
        """What a library raises on loading becomes a code."""
        (tmp_path / "broken").mkdir()
        detect = named.Named("spacy", str(tmp_path / "broken"), LABELS, 0.3)
        with pytest.raises(MissingExtra) as raised:
            detect("x")
        assert raised.value.code == "names-model"

    @given(st.text("ab \n", max_size=3000))
    def test_windows_for_other_models_hold_every_word(self, text: str):
        """No word of a long text is cut off, since such libraries cut without saying so."""
        seen = set()
        for at, part in named._windows(text):
            assert text[at : at + len(part)] == part
            seen.update(range(at, at + len(part)))
        assert seen >= {at for at, char in enumerate(text) if not char.isspace()}
