"""What one launch of the page works on: a policy file, sample recordings, a log, and who is sitting there."""

from __future__ import annotations

import getpass
import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from boundary.review import log, samples
from boundary.review.case import Case, case_of, free, guard
from boundary.review.evidence import audited
from boundary.review.looks import Look, Looks
from boundary.review.states import Action
from boundary.review.versions import Version, samples_digest
from boundary.writer import write_durably
from policies import Policy, PolicySource, parse_policy
from recording.errors import BoundaryError, InputError

LARGEST = 1_000_000
"""Bytes of a policy file that the page opens; the language allows a quarter of that."""
PURPOSES = ("judge a finding", "look for something missed", "show the person recorded")
"""Why somebody may want to see what is hidden; a choice, so that nothing recorded gets into the log."""


@dataclass(slots=True)
class Desk:
    """The state of a launch; requests may come from several threads.

    Attributes:
        file: The policy under review.
        sample: Sample recordings, in order; pages know them by their number, since names may tell who it was.
        who: Name that the launch was given.
        folder: Where the log and approved versions are; several launches share it.
        looks: Previews of the sample, kept while they are looked at.
        ledger: Budget ledger that forecasts ask; ``None``: the policy's own, or that of the state folder.
        audit: ``audit.json`` of ``boundary audit``, where there is one.
    """

    file: Path
    sample: tuple[Path, ...] = field(repr=False)
    who: str
    folder: Path
    looks: Looks = field(repr=False)
    ledger: str | None = None
    audit: Path | None = None
    account: str = field(default_factory=getpass.getuser)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _sample_digest: str = ""

    # The policy ----------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """The policy file as it stands.

        Raises:
            InputError: It cannot be read.
        """
        try:
            with self.file.open("rb") as stream:
                data = stream.read(LARGEST + 1)
            text = data.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            hint = "it must be a text file in UTF-8"
            raise InputError(
                "the policy cannot be read", code="no-such-policy", place=str(self.file), hint=hint
            ) from None
        if len(data) > LARGEST:
            raise InputError("this is too large for a policy", code="too-large", place=str(self.file))
        return text

    def parse(self, text: str) -> Policy:
        """A policy that stands where the file does; raises `PolicyError` with every mistake."""
        return parse_policy((PolicySource(self.file.name, text),), folder=self.file.resolve().parent)

    def stored(self) -> Policy | None:
        """The policy as it stands, ``None`` where it is refused."""
        try:
            return self.parse(self.text())
        except BoundaryError:
            return None

    def save(self, text: str, base: str) -> Policy:
        """Write the policy file, and log who did.

        Args:
            base: `fingerprint` of the text that was edited: what somebody else saved meanwhile is not overwritten.

        Raises:
            PolicyError: The policy is refused; a file that is refused helps nobody.
            InputError: ``saved-elsewhere``, or the file cannot be written.
        """
        policy = self.parse(text)
        with self._lock:
            before = self.text()
            if fingerprint(before) != base:
                hint = "copy your text, load the page again, and put your change in"
                raise InputError("the file was changed since you loaded it", code="saved-elsewhere", hint=hint)
            if text != before:
                ends = "\r\n" if "\r\n" in before else "\n"
                data = text.replace("\r\n", "\n").replace("\n", ends).encode()
                self.act(Action.EDIT, self._version(policy), policy.name)
                try:
                    mode = self.file.stat().st_mode & 0o777
                    write_durably(self.file.resolve(), data)
                    self.file.chmod(mode)
                except OSError as error:
                    message = f"the policy cannot be written ({error.strerror})"
                    raise InputError(message, code="out-unwritable", place=str(self.file)) from None
        return policy

    # The log -------------------------------------------------------------------------------------------------------

    @property
    def log_file(self) -> Path:
        """The log's file."""
        return self.folder / log.LOG

    def entries(self) -> tuple[log.Entry, ...]:
        """Everything that was done, oldest first."""
        return log.read_log(self.log_file)

    def note(self, action: str, detail: str, policy: Policy | None = None) -> None:
        """Log what changes no state: somebody looked, or saw what is hidden."""
        about = {"policy": policy.name, "digest": policy.digest} if policy else {}
        log.append(
            self.log_file, guard=free, who=self.who, account=self.account, action=action, sample=self.sample_digest(),
            detail=detail, **about,
        )  # fmt: skip

    def act(self, action: Action, version: Version, policy: str, detail: str = "") -> None:
        """Do what changes the state, if the table allows it.

        Raises:
            InputError: ``not-allowed``, or the log cannot be used.
        """
        log.append(
            self.log_file, guard=guard(policy, self.who, action, version, self.log_file),
            who=self.who, account=self.account,
            action=action.value, policy=policy, digest=version.digest, sample=version.sample,
            detail=detail,
        )  # fmt: skip

    def case(self, policy: Policy) -> Case:
        """Where the policy as it stands is."""
        return case_of(self.entries(), policy.name, self.log_file).at(self._version(policy))

    def version(self, policy: Policy) -> Version:
        """What an approval would be for; the sample is read again, since it may have changed since it was shown."""
        with self._lock:
            self._sample_digest = samples_digest(self.sample)
        return self._version(policy)

    def _version(self, policy: Policy) -> Version:
        return Version(policy.digest, self.sample_digest())

    def sample_digest(self) -> str:
        """Digest of the sample recordings as they were first read, or last asked about by `version`."""
        with self._lock:
            if not self._sample_digest:
                self._sample_digest = samples_digest(self.sample)
            return self._sample_digest

    # Versions: what is approved is kept whole, so that later ones can be compared with it -----------------------------

    def keep(self, policy: Policy) -> None:
        """Store every text that the policy was made of."""
        told = {"folder": str(policy.folder), "sources": [[one.file, one.text] for one in policy.sources]}
        folder = self.folder / "versions"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / f"{policy.digest}.json"
        if not file.exists():
            write_durably(file, json.dumps(told).encode())

    def kept(self, digest: str) -> Policy | None:
        """A version that was stored; ``None`` where there is none, or where it is not what it was."""
        try:
            told = json.loads((self.folder / "versions" / f"{digest}.json").read_bytes())
            sources = [PolicySource(str(file), str(text)) for file, text in told["sources"]]
            policy = parse_policy(sources, folder=self.file.resolve().parent)
        except (OSError, ValueError, LookupError, TypeError, BoundaryError):
            return None
        return policy if policy.digest == digest else None

    def viewed(self, number: int, what: str, policy: Policy) -> None:
        """Log that somebody looks at a sample, once a launch."""
        if self.looks.is_first(number, what):
            self.note("view", f"recording {number}, {what}", policy)

    def reveal(self, look: Look, what: str, reason: str, *, shot: int | None = None) -> None:
        """Log that somebody sees what the policy hides, before they do."""
        self.note("reveal", f"recording {look.number}, {what}: {reason}", look.plan.policy)
        if shot is not None:
            self.looks.show(look.number, shot)


def fingerprint(text: str) -> str:
    """SHA-256 (hex) of a text, line ends aside."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode("utf-8", "surrogatepass")).hexdigest()


def opened_desk(
    policy: Path, sample: Sequence[Path], *, who: str, folder: Path, key: bytes, ledger: str | None, audit: Path | None
) -> Desk:
    """A desk, once everything it needs was seen to be there.

    Raises:
        BoundaryError: The policy or the sample cannot be read, the name cannot be used, or the log was changed.
    """
    if not policy.is_file():
        hint = "a shipped one is extended: 'extends: [baseline]' in a file of your own"
        raise InputError("only a policy file can be reviewed", code="no-such-policy", place=str(policy), hint=hint)
    recordings = samples.found(sample)
    looks = Looks(recordings, key)
    desk = Desk(policy, recordings, samples.acting(who), folder, looks, ledger, audit)
    desk.text()
    desk.entries()
    audited(audit)
    desk.note("open", f"sample of {len(desk.sample)}")
    return desk
