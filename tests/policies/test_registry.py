"""Steps are found among what is installed, and two of one name are refused."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest

from policies import Phase, registry
from policies.registry import missing, of_phase, steps
from recording.errors import BoundaryError


@pytest.fixture
def offer(monkeypatch):
    """Replaces what is installed by entry points made here."""

    def entries(*pairs):
        made = [SimpleNamespace(name=name, load=load, dist=None) for name, load in pairs]
        monkeypatch.setattr(registry, "entry_points", lambda group: made)
        return registry.steps.__wrapped__

    return entries


MASK = steps()["mask"]


class TestSteps:
    def test_two_steps_of_one_name_are_refused(self, offer):
        """No package can take the place of another one's step."""
        other = dataclasses.replace(MASK, summary="Does something else.")
        with pytest.raises(BoundaryError, match="step-name-taken"):
            offer(("mask", lambda: MASK), ("mask", lambda: other))()

    def test_the_same_step_found_twice_is_one(self, offer):
        """An editable installation may be listed twice."""
        assert dict(offer(("mask", lambda: MASK), ("mask", lambda: MASK))()) == {"mask": MASK}

    def test_an_entry_point_that_is_no_step_of_its_name_is_refused(self, offer):
        """Names are what policies refer to."""
        for name, value in (("mask2", MASK), ("mask", object())):
            with pytest.raises(BoundaryError, match="step-invalid"):
                offer((name, lambda value=value: value))()

    def test_a_package_that_cannot_be_imported_is_named(self, offer):
        """A broken plug-in is an error of ours with a hint, and nobody's text is repeated."""

        def broken():
            raise ImportError("hunter2")

        with pytest.raises(BoundaryError, match="step-invalid") as caught:
            offer(("x.y", broken))()
        assert "hunter2" not in str(caught.value)

    def test_phases_part_the_steps(self):
        """Every step belongs to one phase."""
        assert sorted(name for phase in Phase for name in of_phase(phase)) == sorted(steps())


class TestMissing:
    def test_nothing_is_missing_where_all_is_installed(self):
        """A step without needs is always there."""
        assert missing(dataclasses.replace(MASK, modules=(), programs=())) is None

    def test_modules_come_before_programs(self):
        """The library is named first, since its extra is the first thing to install."""
        lacking = missing(
            dataclasses.replace(MASK, modules=("no_such_module", "no.such.module"), programs=("no-such",))
        )
        assert lacking is not None
        assert lacking.code == "missing-extra"
        lacking = missing(dataclasses.replace(MASK, modules=(), programs=("no-such-program",)))
        assert lacking is not None
        assert "apt-get install no-such-program" in lacking.hint
