"""Whatever happens in a step, nothing of its recording leaves."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from broken_plan import MARK, STEPS, Clock, broken, eats_memory, lacks_library, raises, refuses
from tiny_recording import Desk, left_of, picture, save

from boundary.outcome import Withheld
from boundary.plan import Plan, build_plan
from boundary.runner import run
from policies import Policy, load_policy
from recording.errors import BoundaryError, MissingExtra

SECRET = "kestrel-Tr0ub4dor"
ERASED = "marsh-harrier-77"
RECORDED = (
    SECRET, ERASED, "Quentin", "Abernathy", "gannet-12", "gannet-02.corp.example", "2603023498999", MARK,
    "02:5e:10:aa:bb:cc",
)  # fmt: skip
"""Everything that the bad recording holds and that must be nowhere."""


def bad() -> Desk:
    """A recording with something for every step."""
    desk = Desk(user="gannet-12", host="gannet-02.corp.example", mac=2603023498999)
    desk.window("Mail", f"Quentin Abernathy - {MARK}").window(MARK, "Notes").into("Body").type(f"dear {MARK} ")
    desk.type(f"password: {SECRET} ").type(ERASED).erase(len(ERASED)).type("quentin.abernathy@example.org")
    desk.window("Mail", "Sign in").into("Password", secure=True).type(SECRET).copy("02:5e:10:aa:bb:cc").mouse()
    shown = picture("quentin.abernathy@example.org", f"{MARK} says hello", colour=(255, 0, 255))
    return desk.shot(f"shots/{MARK} Quentin Abernathy.png", shown)


def good(user: str = "plover-11") -> Desk:
    """A recording that passes."""
    return Desk(user=user).window("Mail", "Inbox").into("Body").type("hello rosalind@example.org").mouse()


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Two good recordings with a bad one between them."""
    folder = tmp_path / "batch"
    good().save(folder / "a")
    bad().save(folder / "b")
    good().save(folder / "c")
    return folder


def test_the_bad_recording_leaves_when_nothing_breaks(
    batch: Path, tmp_path: Path, full_plan: Plan, in_this_process: Callable[[Plan], None]
) -> None:
    """The tests below show something only if the recording passes where no step is broken."""
    in_this_process(full_plan)
    result = run([batch], full_plan, tmp_path / "out", ledger=tmp_path / "ledger.db")
    assert result.complete
    assert left_of(RECORDED, tmp_path / "out") == [f"{MARK!r} in {place}" for place in _harmless(tmp_path / "out")]


def _harmless(out: Path) -> list[str]:
    return [found.partition(" in ")[2] for found in left_of([MARK], out)]


@pytest.mark.parametrize(
    "mishap",
    [
        "raises",
        "refuses",
        "time",
        pytest.param("memory", marks=pytest.mark.slow),
        pytest.param("library", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("step", STEPS)
def test_nothing_of_a_recording_leaves_when_a_step_breaks(
    step: str,
    mishap: str,
    batch: Path,
    tmp_path: Path,
    full_plan: Plan,
    in_this_process: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A step that raises, takes too long or lacks something withholds its recording or frame, and no other."""
    caplog.set_level(logging.DEBUG)
    clock = Clock()
    monkeypatch.setattr("boundary.pipeline.time", clock)
    happens = {
        "raises": raises,
        "refuses": refuses,
        "memory": eats_memory,
        "time": clock.passes,
        "library": lacks_library,
    }
    plan = broken(full_plan, step, happens[mishap], SECRET)
    in_this_process(plan)
    out = tmp_path / "out"
    result = run([batch], plan, out, ledger=tmp_path / "ledger.db")
    codes = {"refuses": "step-failed", "memory": "quarantined", "time": "quarantined"}
    causes = {"memory": "out-of-memory", "time": "timeout"}
    first, middle, last = (entry.outcome for entry in result.entries)
    assert not isinstance(first, Withheld)
    assert not isinstance(last, Withheld)
    assert not result.complete
    said = [json.loads(line) for line in (out / "withheld.jsonl").read_text().splitlines()]
    assert [line["code"] for line in said] == [codes.get(mishap, "step-raised")]
    assert [line.get("first") for line in said] == [causes.get(mishap)], "what it failed with, twice"
    assert [line["source"] for line in said] == [2]
    frame_only = mishap == "refuses" and step in {"screen.text", "cover", "screen.reread"}
    assert isinstance(middle, Withheld) != frame_only, "a frame that cannot be read does not take the text with it"
    printed = capfd.readouterr()
    values = [value for value in RECORDED if not (frame_only and value == MARK)]
    assert left_of(values, out, printed.out, printed.err, caplog.text, repr(result)) == []
    assert len(list((out / "recordings").iterdir())) == 2 + frame_only
    statistics = {"aggregates", "index.html", "registry.yaml"}
    assert {path.name for path in out.iterdir()} == {"recordings", "manifest.json", "withheld.jsonl", *statistics}


def test_a_statistic_that_fails_is_withheld_and_says_so(
    batch: Path, tmp_path: Path, full_plan: Plan, in_this_process: Callable[[Plan], None]
) -> None:
    """A statistic that cannot be drawn keeps its counts inside, and the recordings still leave."""

    class Failing:
        def tally(self, events: object, person: str | None) -> dict[str, int]:
            return {"Mail": 4711}

        def release(self, tallies: object, **about: object) -> None:
            raise RuntimeError(f"overflow in {tallies}")

    plan = replace(full_plan, aggregates=(Failing(),))
    in_this_process(plan)
    result = run([batch], plan, tmp_path / "out", ledger=tmp_path / "ledger.db")
    assert [verdict.code for verdict in result.refused.values()] == ["step-raised"]
    assert not result.complete
    assert not result.withheld
    assert '"aggregate": "per-app"' in (tmp_path / "out" / "withheld.jsonl").read_text()
    assert left_of(["4711", "plover"], tmp_path / "out") == []
    assert not (tmp_path / "out" / "aggregates" / "per-app.json").exists()


@pytest.mark.parametrize("error", [ImportError("libfoo"), OSError("model.bin"), ValueError("bad"), MemoryError()])
@pytest.mark.parametrize("step", [step for step in STEPS if step not in {"screen.text.always", "operator"}] + ["mask"])
def test_a_policy_with_a_step_that_cannot_be_built_is_refused(step: str, error: Exception, full_policy: Path) -> None:
    """A missing model or library is known, with the policy's line, before any data are read."""
    with pytest.raises(BoundaryError) as caught:
        build_plan(_unbuildable(load_policy(full_policy), step, error), key=b"k" * 32)
    assert isinstance(caught.value, MissingExtra) == isinstance(error, ImportError)
    assert caught.value.code in {"missing-extra", "step-not-built"}
    assert "full.yaml:" in caught.value.place


def _unbuildable(policy: Policy, step: str, error: Exception) -> Policy:
    def build(*_: object) -> None:
        raise error

    def swap(use: object) -> object:
        return replace(use, spec=replace(use.spec, build=build)) if use.spec.name == step else use

    return replace(
        policy,
        admit=tuple(map(swap, policy.admit)),
        find=tuple(map(swap, policy.find)),
        link=swap(policy.link),
        change={label: swap(use) for label, use in policy.change.items()},
        verify=tuple(map(swap, policy.verify)),
        aggregates=tuple(map(swap, policy.aggregates)),
    )


def test_a_recording_that_holds_a_key_of_no_shape_is_withheld_not_guessed(tmp_path: Path, full_plan: Plan) -> None:
    """Single keys in a document, where no row can hold them, keep the recording inside."""
    from boundary import Stage

    files = good().files() | {"keys.json": json.dumps({"key_names": list("secret")}).encode()}
    folder = save(tmp_path / "r", files)
    policy = tmp_path / "p.yaml"
    policy.write_text("policy: 1\nname: empty\n")
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "key").chmod(0o600)
    (outcome,) = Stage(policy, key_file=tmp_path / "key")([folder])
    assert isinstance(outcome, Withheld)
    assert outcome.code == "keys-outside-events"
