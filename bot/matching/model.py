"""The fitted numbers of the matcher: weights, calibration and thresholds. Data, not code.

They are fitted by `eval fit` on a query file and kept beside the base they were fitted for, with
the matcher's version: numbers of another version would mean something else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bot.errors import Fault, KnowledgeFaulty
from bot.matching.score import FEATURES

MATCHER_VERSION = 1
"""Raised whenever reading, index or features change so that fitted numbers no longer hold."""

CERTAINTY = ("bias", "score", "lead", "cover", "letters", "unknown", "short")
"""What the certainty of the best entry is computed from; see `certainty_inputs`."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights by feature, calibration by input, and the two thresholds on the certainty."""

    weights: tuple[float, ...]
    certainty: tuple[float, ...]
    answer_above: float
    choose_above: float
    lead: float
    fitted_on: dict[str, object] = field(default_factory=dict)
    matcher_version: int = MATCHER_VERSION


DEFAULT = Fitted(
    weights=(3.0, 1.0, 1.0, 1.0, 2.0, 4.0, 2.0, 2.0, 0.5, 1.0, 1.0, 1.0),
    certainty=(-7.0, 1.0, 1.5, 2.0, 1.0, -2.0, 0.0),
    answer_above=0.6,
    choose_above=0.2,
    lead=0.0,
)


def certainty_of(fitted: Fitted, inputs: Sequence[float]) -> float:
    """The calibrated probability that the best entry is the right one."""
    total = sum(w * x for w, x in zip(fitted.certainty, inputs, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def load_fitted(path: Path) -> Fitted:
    """The fitted numbers of a base; the defaults where the base has none.

    Raises `KnowledgeFaulty` where the file is damaged or of another matcher.
    """
    if not path.is_file():
        return DEFAULT
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["matcher_version"] != MATCHER_VERSION:
            raise KnowledgeFaulty([_fault(path, "Tệp thuộc phiên bản khác.")])
        return Fitted(
            weights=tuple(float(raw["weights"][name]) for name in FEATURES),
            certainty=tuple(float(raw["certainty"][name]) for name in CERTAINTY),
            answer_above=float(raw["answer_above"]),
            choose_above=float(raw["choose_above"]),
            lead=float(raw["lead"]),
            fitted_on=dict(raw["fitted_on"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise KnowledgeFaulty([_fault(path, "Tệp bị hỏng.")]) from error


def _fault(path: Path, what: str) -> Fault:
    return Fault(path.name, 1, "", f"{what} Hãy chạy lại: python -m bot eval fit.")


def save_fitted(fitted: Fitted, path: Path) -> None:
    """Write the fitted numbers where `load_fitted` finds them."""
    raw = asdict(fitted)
    raw["weights"] = {n: round(w, 4) for n, w in zip(FEATURES, fitted.weights, strict=True)}
    raw["certainty"] = {n: round(w, 4) for n, w in zip(CERTAINTY, fitted.certainty, strict=True)}
    path.write_text(json.dumps(raw, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
