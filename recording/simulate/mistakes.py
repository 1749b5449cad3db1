"""Typing a text as people do: slips, noticed at once or later, and put right in one of several ways."""

from __future__ import annotations

from collections.abc import Sequence

from recording.simulate.desk import Desk
from recording.simulate.editor import Editor
from recording.simulate.typist import FIXES, parameters

Target = tuple[str, int]
"""A character that is meant, and its mark."""

_FALSE_STARTS = ("th", "but ", "so ", "the ", "an", "I wou", "plea", "ther", "wit", "actu")


class Writer:
    """Types targets at the caret.

    What it has typed stands just before the caret: ``typed`` holds, for each character there, the target it was typed
    for and whether it is right.
    """

    def __init__(self, desk: Desk, targets: Sequence[Target]) -> None:
        self.desk = desk
        self.targets = targets
        self.typed: list[tuple[int, bool]] = []
        self._model = parameters()
        self._kinds = tuple(self._model["kinds"])
        self._kind_shares = tuple(self._model["kinds"].values())

    def write(self) -> None:
        """Type them all; the caret ends behind them."""
        desk, typist, chance = self.desk, self.desk.typist, self.desk.chance
        slip = typist.corrected + typist.uncorrected
        at = 0
        while at < len(self.targets):
            self._capitals(at)
            luck = chance.uniform()
            if luck < slip:
                at = self._slip(at, right=luck < typist.corrected)
            elif luck < slip + typist.reworded and self.targets[at][0] != "\n" and not self._secure:
                self._false_start()
            else:
                at = self._type(at)
        if desk.caps:
            desk.caps_lock()
        if self.typed and not self._secure and chance.uniform() < typist.looks_back:
            self._look_back()

    # Characters ----------------------------------------------------------------------------------------------------

    @property
    def _secure(self) -> bool:
        return self.desk.hands.place.secure

    def _capitals(self, at: int) -> None:
        """Caps Lock goes on before a word of capitals and off after it, with some."""
        desk = self.desk
        if not desk.typist.caps_lock or desk.setup.pairs:
            return
        ahead = "".join(char for char, _ in self.targets[at : at + 4])
        word = len(ahead) == 4 and ahead.isupper() and ahead.isalpha() and ahead.isascii()
        if (word and not desk.caps) or (desk.caps and ahead[:1].islower()):
            desk.caps_lock()

    def _type(self, at: int) -> int:
        char, mark = self.targets[at]
        if char == "\n":
            self.desk.enter()
            self.typed = []  # a line that went is out of reach, and one that stays need not be
        else:
            self.desk.char(char, mark)
            self.typed.append((at, True))
        return at + 1

    def _false_start(self) -> None:
        """A few characters of something else, taken back."""
        word = _FALSE_STARTS[self.desk.chance.below(len(_FALSE_STARTS))]
        for char in word:
            self.desk.char(char)
        self.desk.backspace(len(word))

    # Slips ---------------------------------------------------------------------------------------------------------

    def _slip(self, at: int, *, right: bool) -> int:
        """Make a mistake at a target and, if it is to be put right, do so; the target to go on with."""
        wrong, meant = self._mistake(at)
        if not meant:
            return self._type(at)
        if wrong is None:  # correct text, thought better of
            if not right:
                return self._type(at)
            wrong, meant = [], 0
        begin = len(self.typed)
        for char, mark in wrong:
            self.desk.char(char, mark)
            self.typed.append((at, False))
        after = at + meant
        if not right:
            return after
        more = self.desk.chance.pick(self._model["noticed_after"])
        if not wrong:
            more += 1
        for _ in range(more):
            if after >= len(self.targets) or self.targets[after][0] == "\n":
                break
            after = self._type(after)
        if len(self.typed) == begin:
            return at
        return self._fix(at, meant, begin, begin + len(wrong), after)

    def _mistake(self, at: int) -> tuple[list[Target] | None, int]:  # noqa: PLR0911  a table of kinds, one return each
        """What is typed instead, and how many targets it stands for; 0 where this kind cannot happen here."""
        chance = self.desk.chance
        char, mark = self.targets[at]
        if char == "\n":
            return [], 0
        kind = self._kinds[chance.pick(self._kind_shares)]
        follows = self.targets[at + 1] if at + 1 < len(self.targets) else ("\n", -1)
        match kind:
            case "substitution":
                other = self._neighbour(char)
                return ([(other, mark)], 1) if other != char else ([], 0)
            case "omission" if follows[0] != "\n":
                return [], 1
            case "case" if char.swapcase() != char and len(char.swapcase()) == 1:
                return [(char.swapcase(), mark)], 1
            case "transposition" if follows[0] not in {"\n", char}:
                return [follows, (char, mark)], 2
            case "insertion":
                return [(self._neighbour(char), mark), (char, mark)], 1
            case "doubled":
                return [(char, mark), (char, mark)], 1
            case "rethought":
                return None, 1
        return [], 0

    def _neighbour(self, char: str) -> str:
        chance, near = self.desk.chance, self.desk.keyboard.near
        around = near.get(char.lower(), ())
        if not around or chance.uniform() >= self._model["adjacent"]:
            pool = "0123456789" if char.isdigit() else "abcdefghijklmnopqrstuvwxyz"
            found = pool[chance.below(len(pool))]
        else:
            found = around[chance.below(len(around))]
        return found.upper() if char.isupper() and found.upper() in self.desk.keyboard.strikes else found

    # Putting right -------------------------------------------------------------------------------------------------

    def _fix(self, at: int, meant: int, begin: int, end: int, after: int) -> int:
        """Put ``typed[begin:end]``, typed for ``targets[at:at + meant]``, right; the target to go on with."""
        desk = self.desk
        match FIXES[desk.chance.pick(desk.typist.fixes)]:
            case "arrows" | "mouse" as how if not self._secure and (how == "arrows" or desk.setup.blind):
                self._go_back_and_fix(at, meant, begin, end, mouse=how == "mouse")
                return after
            case "word" if not desk.setup.pairs and (gone := self._by_word(begin)):
                return self._taken_back(at, len(self.typed) - gone)
            case "select" if not desk.setup.pairs and not desk.field.line_editor:
                desk.left(len(self.typed) - begin, extend=True)
                return self._taken_back(at, begin)
            case "undo" if not desk.setup.pairs and (gone := self._by_undo(begin)):
                return self._taken_back(at, len(self.typed) - gone)
            case _:
                desk.backspace(len(self.typed) - begin)
                return self._taken_back(at, begin)

    def _taken_back(self, at: int, left: int) -> int:
        """Forget what no longer stands; the target to type next."""
        gone = self.typed[left:]
        del self.typed[left:]
        return min([at, *(target for target, _ in gone)])

    def _by_word(self, begin: int) -> int:
        """Delete words until the mistake is gone, where every editor takes the same and nothing older.

        Returns how many characters went, 0 where another way is to be taken.
        """
        field, desk = self.desk.field, self.desk
        start = field.caret - len(self.typed)
        at, steps = field.caret, 0
        while at > start + begin and steps < 4:
            to = field.word_left(at)
            if to < start or not (desk.setup.contested or field.agreed(to, at)):
                return 0
            at, steps = to, steps + 1
        if at > start + begin:
            return 0
        gone = field.caret - at
        for _ in range(steps):
            desk.erase_word()
        return gone

    def _by_undo(self, begin: int) -> int:
        """Take back the last run of typing, if the mistake is in it and nothing older is; as `_by_word`."""
        field = self.desk.field
        unsure = field.rejoined and not self.desk.setup.contested
        if unsure or field.line_editor or field.caret != len(field.cells):
            return 0
        start, edits = field.caret - len(self.typed), field.last_step()
        if not edits or any(gone for _, _, gone, _ in edits):
            return 0
        first = min(at for _, at, _, _ in edits)
        gone = field.caret - first
        if sum(len(come) for _, _, _, come in edits) != gone or not start <= first <= start + begin:
            return 0
        self.desk.undo()
        return gone

    def _go_back_and_fix(self, at: int, meant: int, begin: int, end: int, *, mouse: bool) -> None:
        """Move into the text, replace the mistake, come back."""
        desk, field = self.desk, self.desk.field
        behind = len(self.typed) - end
        if mouse:
            desk.click_at(field.caret - behind)
            if field.line_editor:
                desk.left(behind)
        else:
            desk.left(behind)
        if end > begin:
            desk.backspace(end - begin)
        for char, mark in self.targets[at : at + meant]:
            desk.char(char, mark)
        self.typed[begin:end] = [(target, True) for target in range(at, at + meant)]
        if not behind:
            return
        if _line_ends_after(field, behind) and desk.chance.uniform() < 0.6:
            desk.end()
        elif mouse and not field.line_editor:
            desk.click_at(field.caret + behind)
        else:
            desk.right(behind)

    def _look_back(self) -> None:
        """Go back to one of the mistakes that were left, and come back to the end."""
        wrong = [index for index, (_, right) in enumerate(self.typed) if not right]
        if not wrong:
            return
        begin = wrong[self.desk.chance.below(len(wrong))]
        target = self.typed[begin][0]
        while begin and self.typed[begin - 1] == (target, False):
            begin -= 1
        end = begin
        while end < len(self.typed) and self.typed[end] == (target, False):
            end += 1
        meant = (self.typed[end][0] if end < len(self.typed) else len(self.targets)) - target
        mouse = self.desk.setup.blind and self.desk.chance.uniform() < self.desk.typist.fixes[2]
        if 0 < meant <= 3 and (mouse or len(self.typed) - end <= 60):
            self._go_back_and_fix(target, meant, begin, end, mouse=mouse)


def _line_ends_after(field: Editor, count: int) -> bool:
    return field.line()[1] == field.caret + count
