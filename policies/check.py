"""Checks a merged policy tree and turns it into a `Policy`; finds every mistake, not only the first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policies import nodes
from policies.contract import Phase, StepSpec
from policies.listed import content_digest, files_of
from policies.nodes import Mark, Node, diagnostic
from policies.policy import CaseUse, OverrideUse, Policy, PolicySource, StepUse, digest
from policies.registry import missing, of_phase, steps
from policies.schema import LABEL_PATTERN, PolicyModel, Release
from policies.wording import fields_of, suggest, wrong
from recording.errors import Diagnostic

Path_ = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


def check(tree: Node, sources: tuple[PolicySource, ...], folder: Path, problems: list[Diagnostic]) -> Policy | None:
    """Validate ``tree``; append what is wrong to ``problems``. ``None`` where no policy could be built."""
    return _Checker(tree, problems, folder).policy(sources)


class _Checker:
    """Validates a merged tree; keeps going after a mistake so that all are found."""

    def __init__(self, tree: Node, problems: list[Diagnostic], folder: Path) -> None:
        self.tree = tree
        self.problems = problems
        self.folder = folder
        self.lists: dict[str, str] = {}
        self.broken: list[StepSpec] = []  # steps with wrong options: no reason to complain about what they give

    def mark(self, path: Path_) -> Mark:
        return nodes.at(self.tree, path).mark

    def policy(self, sources: tuple[PolicySource, ...]) -> Policy | None:
        model = self.validate(PolicyModel, nodes.plain(self.tree), ())
        top = nodes.as_mapping(self.tree)
        admit = self.mapped(top.get("admit"))
        find = self.listed(("find",), Phase.FIND)
        link = self.single(top.get("link"), "link.session")
        change = self.changes(top.get("change"), ("change",))
        overrides = self.overrides(model)
        asked = self.listed(("verify", "steps"), Phase.VERIFY)
        aggregates = self.listed(("release", "aggregates"), Phase.RELEASE)
        special = [use for one in overrides for use in (*one.find, *one.change.values())]
        uses = (*admit, *find, *change.values(), *special)
        verify = self.verification(asked, uses)
        self.check_capabilities((*uses, *verify, *aggregates), has_person="person" in top)
        everywhere = (*find, *(use for one in overrides for use in one.find))
        self.check_changed(everywhere, nodes.as_mapping(top["change"]) if "change" in top else {})
        if model is None:
            return None
        self.check_sound(model.release, change)
        self.check_files(model.allow, ("allow",))
        for index, case in enumerate(model.tests):
            self.check_files(case, ("tests", index))
        effective = nodes.plain(self.tree)
        return Policy(
            name=model.name,
            digest=digest(effective, self.lists),
            sources=sources,
            folder=self.folder,
            person=model.person,
            limits=model.limits,
            read=model.read.all_mappings(),
            admit=admit,
            find=find,
            link=link,
            change=MappingProxyType(change),
            verify=verify,
            names=model.release.names,
            video=model.release.video,
            video_every_s=model.release.video_every_s,
            audio=model.release.audio,
            budget=model.release.budget,
            data=model.release.data,
            aggregates=aggregates,
            effective=effective,
            severities=MappingProxyType(dict(model.severity)),
            allow=model.allow,
            overrides=overrides,
            tests=tuple(CaseUse(case, self.mark(("tests", number))) for number, case in enumerate(model.tests)),
            lists=MappingProxyType(self.lists),
        )

    # Steps ---------------------------------------------------------------------------------------------------------

    def mapped(self, section: Node | None) -> tuple[StepUse, ...]:
        """The entries of ``admit``, whose keys name the steps ``admit.KEY``."""
        out = []
        for key, node in nodes.as_mapping(section).items() if section else ():
            spec = self.spec(f"admit.{key}", Phase.ADMIT, node.place, prefix="admit.")
            use = self.use(spec, node, ("admit", key)) if spec else None
            out += [use] if use else []
        return tuple(out)

    def listed(self, path: Path_, phase: Phase) -> tuple[StepUse, ...]:
        section = nodes.at(self.tree, path)
        reached = nodes.at(self.tree, path[:-1])
        if section is reached or not isinstance(section.value, list):
            return ()
        out: list[StepUse] = []
        for index, node in enumerate(section.value):
            use = self.used(node, phase, (*path, index))
            out += [use] if use else []
        return tuple(out)

    def used(self, node: Node, phase: Phase, path: Path_) -> StepUse | None:
        """A mapping with ``use: NAME`` and the step's options beside it."""
        entries = nodes.as_mapping(node)
        named = entries.get("use")
        if named is None or not isinstance(named.value, str):
            choices = ", ".join(of_phase(phase))
            self.report(node.place, "no-step", "a step is written as 'use: NAME'", f"one of {choices}")
            return None
        spec = self.spec(named.value, phase, named.mark)
        return self.use(spec, node, path) if spec else None

    def overrides(self, model: PolicyModel | None) -> tuple[OverrideUse, ...]:
        out = []
        for index, one in enumerate(model.overrides if model else ()):
            path: Path_ = ("overrides", index)
            node = nodes.at(self.tree, path)
            find = self.listed((*path, "find"), Phase.FIND)
            for use in find:
                if not {"text", "passage"} & use.spec.gives:
                    hint = "list it under 'find' of the whole policy"
                    self.report(use.mark, "override-step", "an override looks for texts alone", hint)
            change = self.changes(nodes.as_mapping(node).get("change"), (*path, "change"))
            for label in _GIVES.keys() & change:
                hint = "set it under 'change' of the whole policy"
                self.report(change[label].mark, "override-step", "an override changes texts alone", hint)
            out.append(OverrideUse(one.when, find, frozenset(one.ignore), MappingProxyType(change), node.place))
        return tuple(out)

    def changes(self, section: Node | None, path: Path_) -> dict[str, StepUse]:
        out = {}
        for label, node in nodes.as_mapping(section).items() if section else ():
            use = self.used(node, Phase.CHANGE, (*path, label))
            if label not in _PLACES and not _LABEL.fullmatch(label):
                self.report(
                    node.place,
                    "bad-label",
                    "this is no label",
                    f"a label such as EMAIL_ADDRESS, or {', '.join(sorted(_PLACES))}",
                )
                continue
            if use is None:
                continue
            wanted = _GIVES.get(label, "text.change")
            if wanted not in use.spec.gives:
                fitting = ", ".join(name for name in of_phase(Phase.CHANGE) if wanted in steps()[name].gives)
                mark, said = nodes.as_mapping(node)["use"].mark, f"'{use.spec.name}' cannot change this"
                self.report(mark, "wrong-operator", said, f"one of {fitting}")
                continue
            out[label] = use
        return out

    def single(self, node: Node | None, name: str) -> StepUse | None:
        if node is None or node.value is None:
            return None
        spec = self.spec(name, Phase.LINK, node.place)
        return self.use(spec, node, ("link",)) if spec else None

    def spec(self, name: str, phase: Phase, mark: Mark, *, prefix: str = "") -> StepSpec | None:
        spec = steps().get(name)
        if spec is None or spec.phase is not phase:
            choices = [choice.removeprefix(prefix) for choice in of_phase(phase)]
            hint = suggest(name.removeprefix(prefix), choices)
            self.report(mark, "unknown-step", f"no step of this name in '{phase}'", hint)
            return None
        lacking = missing(spec)
        if lacking:
            self.report(mark, lacking.code, lacking.message, lacking.hint)
        return spec

    def use(self, spec: StepSpec, node: Node, path: Path_) -> StepUse | None:
        if not isinstance(node.value, dict):
            hint = "write 'key: value' lines"
            self.report(node.mark, "wrong-type", f"the options of {spec.name} are a mapping", hint)
            return None
        options = {key: nodes.plain(child) for key, child in node.value.items() if key != "use"}
        model = self.validate(spec.options, options, path)
        if model is None:
            self.broken.append(spec)
            return None
        self.check_files(model, path)
        return StepUse(spec, model, node.place)

    def check_files(self, options: BaseModel, path: Path_) -> None:
        """Files that are named must be there; what lists hold is part of the policy."""
        for key, name, kind in files_of(options):
            found = content_digest(self.folder / name)
            if found is None:
                mark = self.mark((*path, key))
                self.report(mark, "no-such-file", "this file cannot be read", "its path starts at the policy's folder")
            elif kind == "list":
                self.lists[name] = found

    # Rules ---------------------------------------------------------------------------------------------------------

    def check_capabilities(self, uses: Sequence[StepUse], *, has_person: bool) -> None:
        """What a step needs must be given by one that stands before it."""
        given = {"person"} if has_person else set()
        given |= {capability for spec in self.broken for capability in spec.gives}
        for use in uses:
            for need in sorted(use.spec.needs - given):
                givers = [other.spec.name for other in uses if need in other.spec.gives]
                if need == "person":
                    hint = "add 'person: METADATA_KEY' at the top"
                elif givers:
                    hint = f"move it after {givers[0]}"
                else:
                    hint = f"add one of {', '.join(n for n, s in sorted(steps().items()) if need in s.gives)} before it"
                message = f"{use.spec.name} needs '{need}', which no step before it gives"
                self.report(use.mark, "step-order", message, hint)
            given |= use.spec.gives

    def check_changed(self, find: Sequence[StepUse], change: Mapping[str, Node]) -> None:
        """Whatever is found must be changed by something."""
        texts = [use for use in find if {"text", "passage"} & use.spec.gives]
        screens = [use for use in find if {"screen", "region"} & use.spec.gives]
        if texts and "default" not in change:
            self.report(texts[0].mark, "never-changed", "what is found is changed by nothing", "add 'change: default:'")
        if screens and "screen" not in change:
            hint = "add 'change: screen:'"
            self.report(screens[0].mark, "never-changed", "found on screens, covered by nothing", hint)

    def check_sound(self, release: Release, change: Mapping[str, StepUse]) -> None:
        """Sound passes with an MP4 alone, and not where keys are given other times: they can be heard."""
        if release.audio == "drop":
            return
        mark = self.mark(("release", "audio"))
        if release.video != "mp4":
            self.report(mark, "no-film", "sound is kept, and no video to keep it in", "set video: mp4, or audio: drop")
        if "timing" in change:
            self.report(mark, "heard-keys", "sound tells when each key was pressed", "set audio: drop")

    def verification(self, asked: tuple[StepUse, ...], uses: Iterable[StepUse]) -> tuple[StepUse, ...]:
        """Every verification that fits: as the policy names it, or with its defaults. None can be left out."""
        given = {capability for use in uses for capability in use.spec.gives}
        mark = nodes.at(self.tree, ("verify",)).place
        named = {use.spec.name for use in asked}
        rest = [
            spec
            for name, spec in sorted(steps().items())
            if spec.phase is Phase.VERIFY and name not in named and spec.needs and spec.needs <= given
        ]
        return (*asked, *(StepUse(spec, spec.options(), mark) for spec in rest))

    # Reporting -----------------------------------------------------------------------------------------------------

    def report(self, mark: Mark, code: str, message: str, hint: str = "") -> None:
        self.problems.append(diagnostic(mark, code, message, hint))

    def validate(self, model: type[M], data: object, path: Path_) -> M | None:
        """Build ``model``; point every mistake at its key or value, and quote nothing.

        Validated as JSON, which is strict about types (``"yes"`` is no boolean) and knows lists for tuples.
        """
        try:
            return model.model_validate_json(json.dumps(data), strict=True)
        except ValidationError as error:
            items = error.errors(include_input=False, include_url=False, include_context=True)
            for item in items:
                inside = any(other["loc"][:-1] == item["loc"] for other in items)
                if not (item["type"] == "too_short" and inside):  # wrong entries are not counted
                    self.explain(model, item, path)
            return None

    def explain(self, model: type[BaseModel], item: ErrorDetails, path: Path_) -> None:
        loc, kind = item["loc"], item["type"]
        node = nodes.at(self.tree, (*path, *loc))
        if kind == "extra_forbidden":
            key = str(loc[-1])
            self.report(node.place, "unknown-key", "no such key here", suggest(key, fields_of(model, loc[:-1])))
        elif kind == "missing":
            self.report(node.place, "missing-key", f"the key '{loc[-1]}' is missing", "add it")
        else:
            self.report(node.mark, *wrong(item))


_LABEL = re.compile(LABEL_PATTERN)
_GIVES = MappingProxyType({"screen": "screen.change", "timing": "timing.change", "mouse": "mouse.change"})
"""What the operator of a place must give; those of labels and of ``default`` change text."""

_PLACES = frozenset({"default", *_GIVES})
