"""What every installed step promises: a name, a sentence, documented options, examples, and a build that works."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from policies.contract import BuildContext, Options, StepSpec
from policies.registry import GROUP, missing, steps

SPECS = sorted(steps().values(), key=lambda spec: spec.name)
EXAMPLES = [
    pytest.param(spec, example, id=f"{spec.name}-{number}")
    for spec in SPECS
    for number, example in enumerate(spec.examples)
]
HEAVY = {
    "presidio_analyzer",
    "presidio_anonymizer",
    "spacy",
    "cv2",
    "pytesseract",
    "diffprivlib",
    "scipy",
    "sklearn",
    "PIL",
}


@pytest.fixture
def context(tmp_path) -> BuildContext:
    """A policy's folder with a file for every path that an example names."""
    for options in [dict(example) for spec in SPECS for example in spec.examples]:
        for name in ("file", "register"):
            value = options.get(name)
            if isinstance(value, str):
                (tmp_path / value).write_text("Ada Example\n" if name == "file" else "person,status\nada,opted_in\n")
    key = tmp_path / "encrypt.key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    return BuildContext(folder=tmp_path, key=b"k" * 32)


class TestNames:
    def test_each_is_the_name_of_its_entry_point_and_unique(self):
        """A name stands for one step, and is the one that its package registered."""
        entries = entry_points(group=GROUP)
        assert sorted(entry.name for entry in entries) == [spec.name for spec in SPECS]
        assert all(steps()[entry.name] is entry.load() for entry in entries)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
class TestSpecs:
    def test_the_summary_is_a_sentence(self, spec: StepSpec):
        """Reviewers read it in the reference and beside findings."""
        assert spec.summary[0].isupper()
        assert spec.summary.endswith(".")
        assert "\n" not in spec.summary
        assert len(spec.summary) <= 150

    def test_every_option_is_described(self, spec: StepSpec):
        """The descriptions are the reference: none is missing, and the options have a docstring."""
        assert issubclass(spec.options, Options)
        assert spec.options.__doc__
        for name, field in spec.options.model_fields.items():
            assert field.description, name
            assert field.description.endswith("."), name

    def test_options_refuse_what_they_do_not_know(self, spec: StepSpec):
        """A misspelt option is a mistake and not a default, and options cannot be changed later."""
        assert spec.options.model_config["extra"] == "forbid"
        assert spec.options.model_config["frozen"]
        assert spec.options.model_config["hide_input_in_errors"]

    def test_it_needs_only_what_some_step_gives(self, spec: StepSpec):
        """A need that nothing can fill would keep a step out of every policy."""
        given = {capability for other in SPECS for capability in other.gives} | {"person"}
        assert spec.needs <= given

    def test_what_must_be_installed_has_an_extra_and_is_installed_here(self, spec: StepSpec):
        """Modules come with an extra that can be named in a hint; the tests run with all of them."""
        assert not spec.modules or spec.extra
        assert missing(spec) is None

    def test_it_can_be_pickled(self, spec: StepSpec):
        """Steps travel to workers."""
        assert pickle.loads(pickle.dumps(spec)) == spec

    def test_it_has_examples(self, spec: StepSpec):
        """Each step shows at least one way to use it."""
        assert spec.examples


@pytest.mark.parametrize(("spec", "example"), EXAMPLES)
class TestExamples:
    def test_options_survive_the_round_trip(self, spec: StepSpec, example):
        """Written out and read again, strictly as from a policy, the options are the same."""
        options = spec.options.model_validate_json(json.dumps(dict(example)), strict=True)
        assert spec.options.model_validate_json(options.model_dump_json(by_alias=True), strict=True) == options
        assert pickle.loads(pickle.dumps(options)) == options

    def test_it_is_built_and_can_be_pickled(self, spec: StepSpec, example, context):
        """An example makes a working step, which travels to workers, and whose key is not shown."""
        built = spec.build(spec.options.model_validate(dict(example)), context)
        assert callable(built) or any(callable(getattr(built, name, None)) for name in ("read", "release", "allows"))
        assert type(pickle.loads(pickle.dumps(built))) is type(built)
        assert "k" * 32 not in repr(built)


class TestImport:
    def test_specs_load_without_heavy_libraries(self):
        """Checking a policy takes no OCR, no NLP and no statistics library."""
        code = (
            "import sys, policies.registry as r; r.steps(); print(*sorted({m.partition('.')[0] for m in sys.modules}))"
        )
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert not HEAVY & set(out.split())
