"""Policy file -> `Policy`, with every mistake reported at once and before any data are read."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from policies import nodes
from policies.check import check
from policies.merge import merge
from policies.nodes import Node, diagnostic
from policies.policy import Policy, PolicySource
from policies.rebase import joined, rebased
from policies.schema import SECTIONS
from recording.errors import Diagnostic, PolicyError


def shipped() -> list[str]:
    """Names of the policies that come with the package."""
    return sorted(entry.name[:-5] for entry in files("policies").iterdir() if entry.name.endswith(".yaml"))


def load_policy(source: str | Path) -> Policy:
    """Load a policy by file or by the name of a shipped one.

    Raises:
        PolicyError: With every mistake as ``file:line:col: code: message (hint)``.
    """
    text = str(source)
    path = Path(text)
    if text in shipped() and not path.is_file():
        return parse_policy((_read_shipped(text),), folder=Path.cwd())
    content = _read(path)
    if isinstance(content, str):
        return parse_policy((PolicySource(text, content),), folder=path.resolve().parent)
    raise PolicyError((Diagnostic(text, 1, 1, content.code, content.message, content.hint),))


def parse_policy(sources: Sequence[PolicySource], *, folder: Path) -> Policy:
    """Build a policy from its text, and from the texts it extends where they are given already.

    Args:
        sources: First the policy itself; with `Policy.sources` no file is read, not even a shipped one.
        folder: Where relative paths start.

    Raises:
        PolicyError: With every mistake.
    """
    known = {source.file: source for source in sources}
    used: dict[str, PolicySource] = {}
    problems: list[Diagnostic] = []
    tree = _resolve(sources[0], known, folder, used, problems, ())
    if tree is None:
        raise PolicyError(tuple(problems))
    policy = check(tree, tuple(used.values()), folder, problems)
    if problems or policy is None:
        raise PolicyError(tuple(_first_causes(problems)))
    return policy


_PARSING = frozenset({"bad-tag", "not-text", "not-finite"})


def _first_causes(problems: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Each problem once, without what only follows from a value that could not be read."""
    unread = {(d.file, d.line, d.column) for d in problems if d.code in _PARSING}
    return [d for d in dict.fromkeys(problems) if d.code in _PARSING or (d.file, d.line, d.column) not in unread]


SHIPPED = "shipped:"
"""Before the name of a shipped policy as a source, so that no file beside a policy is taken for it."""


def _read_shipped(name: str) -> PolicySource:
    return PolicySource(SHIPPED + name, files("policies").joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Why a file is no policy."""

    code: str
    message: str
    hint: str = ""


def _read(path: Path) -> str | _Unreadable:
    """The text of a policy file, or what keeps it from being one."""
    try:
        with path.open("rb") as file:
            content = file.read(nodes.MAX_BYTES + 1)
        if len(content) > nodes.MAX_BYTES:
            hint = "values belong into list files, see text.list"
            return _Unreadable("too-large", f"a policy has at most {nodes.MAX_BYTES:,} bytes", hint)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _Unreadable("not-utf-8", "a policy is UTF-8 text", "save it as UTF-8")
    except (OSError, ValueError):  # a name with a NUL is a ValueError
        hint = f"give a file, or one of {', '.join(shipped())}"
        return _Unreadable("no-such-policy", "this policy cannot be read", hint)


def _resolve(
    source: PolicySource,
    known: Mapping[str, PolicySource],
    folder: Path,
    used: dict[str, PolicySource],
    problems: list[Diagnostic],
    above: tuple[str, ...],
    inside: str = "",
) -> Node | None:
    """Parse one file, which lies in the folder ``inside`` of ``folder``, and put it on top of what it extends."""
    used[source.file] = source
    tree, mistakes = nodes.parse(source.text, source.file)
    problems.extend(mistakes)
    if tree is None:
        return None
    if not isinstance(tree.value, dict):
        problems.append(diagnostic(tree.mark, "not-a-mapping", "a policy is a mapping", "start with 'policy: 1'"))
        return None
    _check_sections(tree, problems)
    tree = rebased(tree, inside)
    base: Node | None = None
    extends = nodes.as_mapping(tree).get("extends")
    for entry in extends.value if extends and isinstance(extends.value, list) else []:
        if not isinstance(entry.value, str):
            continue  # the schema reports it
        parent = _parent(entry.value, known, folder, inside)
        if isinstance(parent, _Unreadable):
            hint = f"a file beside this one, or one of {', '.join(shipped())}"
            problems.append(diagnostic(entry.mark, parent.code, "the policy to extend cannot be read", hint))
        elif parent.file in (*above, source.file):
            problems.append(diagnostic(entry.mark, "extends-itself", "this policy extends itself", "remove the circle"))
        elif len(above) >= MAX_GENERATIONS:
            problems.append(diagnostic(entry.mark, "extends-too-deep", "too many policies on top of each other"))
        else:
            below = "" if parent.file.startswith(SHIPPED) else posixpath.dirname(parent.file)
            node = _resolve(parent, known, folder, used, problems, (*above, source.file), below)
            base = node if base is None else base if node is None else merge(base, node)
    return tree if base is None else merge(base, tree)


MAX_GENERATIONS = 8
"""How many policies may extend each other in a row."""


def _parent(name: str, known: Mapping[str, PolicySource], folder: Path, inside: str) -> PolicySource | _Unreadable:
    is_shipped = name in shipped()
    file = SHIPPED + name if is_shipped else joined(inside, name)
    if file in known:
        return known[file]
    if is_shipped:
        return _read_shipped(name)
    content = _read(folder / file)
    return content if isinstance(content, _Unreadable) else PolicySource(file, content)


def _check_sections(tree: Node, problems: list[Diagnostic]) -> None:
    """Sections stand in the order of the data's flow, so that a policy reads as what happens."""
    last = -1
    for key, node in nodes.as_mapping(tree).items():
        if key not in SECTIONS:
            continue
        index = SECTIONS.index(key)
        if index < last:
            problems.append(
                diagnostic(
                    node.place,
                    "section-order",
                    f"'{key}' comes after '{SECTIONS[last]}'",
                    f"the order is {', '.join(SECTIONS)}",
                )
            )
        last = max(last, index)
