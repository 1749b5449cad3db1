"""Judging places in a terminal, one key each; every answer is kept at once, so that one may stop at any time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from boundary.audit.excerpt import Excerpt, Excerpts
from boundary.audit.items import CHANGED, Item
from boundary.audit.labels import NO, SKIP, YES, Task, read_labels, write_labels

BACK, QUIT = "back", "quit"
_KEYS = {
    "y": YES,
    "n": NO,
    "s": SKIP,
    " ": SKIP,
    "b": BACK,
    "q": QUIT,
    "\x1b": QUIT,
    "\x03": QUIT,
    "\x04": QUIT,
    "": QUIT,
}
_HELP = "[b]y[/] yes  [b]n[/] no  [b]s[/] skip  [b]b[/] back  [b]q[/] stop"
_QUESTIONS = {
    True: "The policy hides this. Is it sensitive?",
    False: "The policy keeps this. Is anything in it sensitive?",
}

ReadKey = Callable[[], str]
"""Waits for a key and gives it; an empty text at the end of the input."""


def judge(folder: Path, task: Task, show: Excerpts, console: Console, key: ReadKey) -> int:
    """Ask for every place that has no answer yet, in the order of the lottery.

    Returns:
        Number of answers given.

    Raises:
        InputError: The sample is not what it was, or the labels are broken.
    """
    labels = read_labels(folder)
    open_ = [item for item in task.items if item.id not in labels]
    console.print(f"{len(open_)} of {len(task.items)} places to judge.  {_HELP}\n")
    given, at = 0, 0
    while at < len(open_):
        item = open_[at]
        _ask(console, item, show(item), len(task.items) - len(open_) + at + 1, len(task.items))
        answer = _answer(key, console)
        if answer == QUIT:
            break
        if answer == BACK:
            at = max(0, at - 1)
            continue
        labels[item.id] = answer
        write_labels(folder, labels)
        given += 1
        at += 1
    return given


def _ask(console: Console, item: Item, excerpt: Excerpt, number: int, of: int) -> None:
    found = f"{item.label}, rule {item.rule}" if item.part == CHANGED else "not changed"
    console.rule(Text(f"{number} of {of}   {found}   {excerpt.about}   recording {item.recording}"), align="left")
    shown = Text(_clean(excerpt.before), style="dim")
    shown.append(_clean(excerpt.value), style="reverse")
    shown.append(_clean(excerpt.after), style="dim")
    console.print(shown, soft_wrap=False)
    console.print(f"[bold]{_QUESTIONS[item.part == CHANGED]}[/] ", end="")


def _answer(key: ReadKey, console: Console) -> str:
    while True:
        answer = _KEYS.get(key().lower()[:1])
        if answer is not None:
            console.print(
                {YES: "yes", NO: "no", SKIP: "skipped", BACK: "back", QUIT: "stop"}[answer] + "\n", markup=False
            )
            return answer


def _clean(text: str) -> str:
    """Recorded text must not steer the terminal."""
    return "".join(char if char.isprintable() else "␊" if char == "\n" else " " for char in text)
