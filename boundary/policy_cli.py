"""``boundary policy``: write, check, test, explain and compare policies before they are used.

Exit codes: 0 nothing to say, 1 findings, failures or differences, 2 usage, 3 a policy was refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from boundary.ending import FOUND, REFUSED, USAGE, fail
from boundary.policy_writing import fmt_command, new_command, put, save
from boundary.remarks import Format, Remark, of_error, of_lints, rendered
from policies import Policy, load_policy
from recording.errors import BoundaryError, InputError, PolicyError

if TYPE_CHECKING:
    from boundary.plan import Plan

KEY = b"looking at policies keeps no links between runs"
"""For plans that release nothing."""

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Write, check, test, explain and compare policies.")

PolicyArgument = Annotated[
    str, typer.Argument(metavar="POLICY", help="A policy file, or the name of a shipped policy.")
]
PoliciesArgument = Annotated[list[str], typer.Argument(metavar="POLICY...", help="Policy files, or shipped names.")]
PolicyOption = Annotated[str, typer.Option("--policy", "-p", help="A policy file, or the name of a shipped policy.")]
FormatOption = Annotated[Format, typer.Option("--format", help="text; json; github: annotations; sarif: SARIF 2.1.0.")]
RevealOption = Annotated[
    bool, typer.Option("--reveal", help="Show the values found: the output is then as sensitive as the recording.")
]


@app.command("check", short_help="All mistakes of a policy, and what is probably not meant.")
def check_command(
    policies: PoliciesArgument,
    format_: FormatOption = "text",
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 for warnings, too.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes.")] = False,
) -> None:
    """Check policies: every mistake with its line, column and remedy, then warnings and notes. Nothing is run."""
    from policies.lint import lint

    remarks: list[Remark] = []
    refused = False
    for name in policies:
        try:
            remarks += of_lints(lint(load_policy(name)))
        except PolicyError as error:
            refused = True
            remarks += of_error(error)
    remarks = [remark for remark in dict.fromkeys(remarks) if not (quiet and remark.level == "note")]
    _write(remarks, format_)
    warned = any(remark.level == "warning" for remark in remarks)
    if format_ == "text" and not refused:
        Console(stderr=True, soft_wrap=True).print(
            f"{len(policies)} {'policy is' if len(policies) == 1 else 'policies are'} accepted", highlight=False
        )
    raise typer.Exit(REFUSED if refused else FOUND if warned and strict else 0)


@app.command("test", short_help="Run the tests that a policy holds.")
def try_command(policies: PoliciesArgument, format_: FormatOption = "text") -> None:
    """Take every sample under 'tests:' through its policy; exit code 1 where something is not hidden, or not kept."""
    from boundary.policy_tests import run_tests

    remarks: list[Remark] = []
    count = 0
    for name in policies:
        for done in run_tests(_built(name)):
            count += 1
            if not done.passed:
                code = "leaked" if done.leaked else "withheld" if done.withheld else "not-kept"
                said = f"test {done.number}{f' ({done.name})' if done.name else ''}: {done.told}"
                hint = "boundary policy explain says what is found" if done.leaked else ""
                mark = done.mark
                remarks.append(Remark("error", mark.file, mark.line, mark.column, code, said, hint))
    _write(remarks, format_)
    if format_ == "text":
        console = Console(stderr=True, soft_wrap=True)
        console.print(f"{count - len(remarks)} of {count} tests passed", highlight=False)
    raise typer.Exit(FOUND if remarks else 0)


@app.command("schema", short_help="The JSON Schema of the language, for editors.")
def schema_command(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write instead of printing.")] = None,
) -> None:
    """Print the JSON Schema (draft 7) of the policy language with every installed step.

    Editors complete and check a policy whose first line is "# yaml-language-server: $schema=policy.schema.json".
    """
    from policies.json_schema import rendered as schema

    if out is None:
        put(schema())
    else:
        save(out, schema())


@app.command("explain", short_help="Why something is found: rule, score, context, overlaps, policy line.")
def explain_command(
    what: Annotated[
        str, typer.Argument(metavar="TEXT|RECORDING|IMAGE", help="A text, or where a recording or image is.")
    ],
    policy: PolicyOption = "baseline",
    kind: Annotated[
        Literal["auto", "text", "keys", "recording"],
        typer.Option("--as", help="What it is; auto: a recording or image where there is such a file, else a text."),
    ] = "auto",
    event: Annotated[int | None, typer.Option("--event", help="Only what belongs to this event row, from 0.")] = None,
    reveal: RevealOption = False,
    format_: Annotated[Literal["text", "json"], typer.Option("--format")] = "text",
) -> None:
    """Explain what a policy finds in a text, in keys such as 'jon<bksp>ane', in a recording, or on a screenshot."""
    from boundary import policy_show
    from boundary.explaining import explain_keys, explain_recording, explain_text
    from boundary.opening import open_under

    plan = _built(policy)
    try:
        if kind == "recording" or (kind == "auto" and _is_path(what)):
            found = explain_recording(open_under(what, plan.policy), plan)
        elif kind == "keys":
            found = explain_keys(what, plan)
        else:
            found = explain_text(what, plan)
    except ValueError as error:
        fail(InputError(str(error), code="keys-invalid"), USAGE)
    except BoundaryError as error:
        fail(error, USAGE)
    if format_ == "json":
        put(json.dumps(policy_show.explanation_data(found, event=event, reveal=reveal), indent=2) + "\n")
    else:
        policy_show.explanation(found, Console(), event=event, reveal=reveal)
    raise typer.Exit(FOUND if found.withheld else 0)


@app.command("diff", short_help="What another policy would do otherwise.")
def diff_command(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="The policy that is in use.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The one that may take its place.")],
    sample: Annotated[list[Path] | None, typer.Option("--sample", "-s", help="Recordings, or folders of them.")] = None,
    reveal: RevealOption = False,
    format_: FormatOption = "text",
) -> None:
    """Compare two policies: settings after merging, budgets, and findings added, removed and changed on a sample.

    Exit code 1: they differ.
    """
    from boundary import policy_show
    from boundary.policy_diff import compare_policies

    try:
        found = compare_policies(_built(before), _built(after), sample or ())
    except BoundaryError as error:
        fail(error, USAGE)
    if format_ == "text":
        policy_show.diff(found, Console(), reveal=reveal)
    elif format_ == "json":
        put(json.dumps(policy_show.diff_data(found, reveal=reveal), indent=2) + "\n")
    else:
        put(rendered(policy_show.diff_remarks(found), format_))
    raise typer.Exit(0 if found.empty else FOUND)


app.command("fmt", short_help="Lay a policy out; comments stay.")(fmt_command)
app.command("new", short_help="Write a policy: questions, or options.")(new_command)


@app.command("audit-sensitivity", short_help="Measure how far one person moves each statistic.")
def audit_sensitivity_command(
    policy: PolicyArgument,
    pairs: Annotated[int, typer.Option("--pairs", min=1, help="Random pairs of neighbouring data sets.")] = 1_000,
    first: Annotated[int, typer.Option("--first", min=0, help="Number of the first pair, to see others.")] = 0,
) -> None:
    """Measure how far one person moves each statistic of a policy, against what the policy declares.

    Data are made up, hostile on purpose; nothing is read, noised or charged. Exit code 1: a bound does not hold.
    """
    from dp.audit import audit
    from dp.contract import Query

    uses = _loaded(policy).aggregates
    console = Console()
    table = Table("statistic", "part", "keys", "per key", "in all", "squares", "told apart")
    failed = False
    for use in uses:
        if not isinstance(use.options, Query):
            table.add_row(use.spec.name, "", "", "", "", "", "no query that can be audited")
            failed = True
            continue
        found = audit(use.options, pairs=pairs, first=first)
        failed = failed or not found.holds
        apart = ", ".join(f"{what} (pair {number})" for number, what in found.divergences[:3]) or "no"
        for part in found.parts:
            shares = (part.l0, part.linf, part.l1, part.l2_squared)
            table.add_row(found.query, part.part, *(f"{float(share):.3f}" for share in shares), apart)
    console.print(table)
    console.print(f"measured / declared over {pairs} pairs; at most 1.000 is right", highlight=False)
    raise typer.Exit(1 if failed else 0)


def _is_path(what: str) -> bool:
    """Whether this names something on the disk; a text may be anything, also too long for a name."""
    try:
        return Path(what).exists()
    except (OSError, ValueError):
        return False


def _loaded(name: str) -> Policy:
    try:
        return load_policy(name)
    except BoundaryError as error:
        fail(error, REFUSED)


def _built(name: str) -> Plan:
    from boundary.plan import build_plan

    try:
        return build_plan(_loaded(name), key=KEY)
    except BoundaryError as error:
        fail(error, REFUSED)


def _write(remarks: list[Remark], form: Format) -> None:
    put(rendered(remarks, form))
