"""Shares with intervals that hold whatever the share is (Clopper and Pearson 1934)."""

from __future__ import annotations

from dataclasses import dataclass

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``of``; both are numbers of independent trials."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """Hits as a share of all, ``None`` of nothing."""
        return self.hits / self.of if self.of else None

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """The exact interval of Clopper and Pearson (Biometrika 26, 1934): quantiles of beta distributions.

        It covers the true share with at least that probability; of nothing it is 0 to 1.
        """
        if not 0 <= self.hits <= self.of:
            raise ValueError("hits are a part of all")
        from scipy.stats import beta

        outside, missed = (1 - confidence) / 2, self.of - self.hits
        low = float(beta.ppf(outside, self.hits, missed + 1)) if self.hits else 0.0
        high = float(beta.ppf(1 - outside, self.hits + 1, missed)) if missed else 1.0
        return low, high

    def missed(self) -> Rate:
        """The other ones: recall, where the rate is that of leaks."""
        return Rate(self.of - self.hits, self.of)

    def to_json(self) -> dict[str, float | int | None]:
        """Plain data, shares with five digits."""
        low, high = self.interval()
        share = self.share
        return {
            "hits": self.hits,
            "of": self.of,
            "share": None if share is None else round(share, 5),
            "low": round(low, 5),
            "high": round(high, 5),
        }


def check_scipy() -> None:
    """Raise `MissingExtra` where SciPy is absent: before an audit, not after it."""
    try:
        import scipy.stats  # noqa: F401  only whether it is there
    except ImportError:
        from recording.errors import MissingExtra

        raise MissingExtra(
            "an audit needs SciPy", code="missing-extra", hint="pip install 'boundary-redaction[audit]'"
        ) from None
