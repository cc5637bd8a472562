"""The fitted numbers of the matcher: weights, calibration and thresholds. Data, not code.

They are fitted by `eval fit` on a query file and kept beside the base they were fitted for, with
the matcher's version: numbers of another version would mean something else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

from bot.errors import Fault, KnowledgeFaulty
from bot.knowledge.writing import write_whole
from bot.matching.network import Network, checksum
from bot.matching.score import FEATURES

MATCHER_VERSION = 4
"""Raised whenever reading, index or features change so that fitted numbers no longer hold."""

NETWORK_SUFFIX = ".npz"
"""The network lies beside the numbers, under their name with this ending."""

TOPIC = (
    "bias", "outside", "score", "cover", "letters", "words", "row", "back", "told", "likely",
    "own_level", "kin_level", "own_ahead", "kin_ahead", "row_ahead", "letters_ahead",
    "unknown", "short", "length", "heard_level", "heard_ahead",
)  # fmt: skip
"""What tells that a question concerns the base at all; see `certainty.topic_inputs`."""

RANK = (
    "bias", "lead", "next", "share", "warm_share", "steady", "steadiest", "agreement",
    "unexplained", "against", "contested", "likeness", "kin_level", "length", "short",
    "heard_ahead", "heard_share",
)  # fmt: skip
"""What tells that the best entry is the right one; see `certainty.rank_inputs`."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights by feature, two calibrations by input, and the thresholds.

    An answer needs both chances: that the question is on topic (`answer_topic`) and that the best
    entry is the right one (`answer_rank`). A choice needs `choose_topic` of the first.
    """

    weights: tuple[float, ...]
    topic: tuple[float, ...]
    rank: tuple[float, ...]
    answer_topic: float
    answer_rank: float
    choose_topic: float
    emphasis: Mapping[str, float] = field(default_factory=dict)
    fitted_on: dict[str, object] = field(default_factory=dict)
    network: Network | None = field(default=None, compare=False)
    matcher_version: int = MATCHER_VERSION


def _plain(names: Sequence[str], **weights: float) -> tuple[float, ...]:
    """Weights by name, 0 for those that are not told."""
    return tuple(weights.get(name, 0.0) for name in names)


DEFAULT = Fitted(
    weights=(0.0, 2.0, 0.0, 0.0, 1.0, 4.0, 4.0, 0.0, 2.5, 0.0, 1.0, 2.0, 0.0, 0.0),
    topic=_plain(TOPIC, bias=-8.0, outside=1.0, cover=4.0, letters=4.0, score=0.1, length=1.0),
    rank=_plain(RANK, bias=-0.5, lead=0.5, share=0.5),
    answer_topic=0.8,
    answer_rank=0.8,
    choose_topic=0.3,
)


def chance(weights: Sequence[float], inputs: Sequence[float]) -> float:
    """The logistic of a weighted sum: a calibrated probability."""
    total = sum(w * x for w, x in zip(weights, inputs, strict=True))
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
            topic=tuple(float(raw["topic"][name]) for name in TOPIC),
            rank=tuple(float(raw["rank"][name]) for name in RANK),
            answer_topic=float(raw["answer_topic"]),
            answer_rank=float(raw["answer_rank"]),
            choose_topic=float(raw["choose_topic"]),
            emphasis={str(term): float(value) for term, value in raw["emphasis"].items()},
            fitted_on=dict(raw["fitted_on"]),
            network=_load_network(path.with_suffix(NETWORK_SUFFIX), raw["network"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OSError, BadZipFile) as error:
        raise KnowledgeFaulty([_fault(path, "Tệp bị hỏng.")]) from error


def _load_network(path: Path, wanted: int | None) -> Network | None:
    """The network that numbers were fitted with, told by its checksum; None where they had none."""
    if wanted is None:
        return None
    content = path.read_bytes()
    if checksum(content) != wanted:
        raise KnowledgeFaulty([_fault(path, "Tệp không khớp với matching.json.")])
    return Network.load(BytesIO(content))


def _fault(path: Path, what: str) -> Fault:
    return Fault(path.name, 1, "", f"{what} Hãy chạy lại: python -m bot eval fit.")


def save_fitted(fitted: Fitted, path: Path) -> None:
    """Write the fitted numbers where `load_fitted` finds them, and the network beside them.

    Raises `InputRefused` where they cannot be written.
    """
    raw = asdict(replace(fitted, network=None))
    if fitted.network is not None:
        raw["network"] = fitted.network.save(path.with_suffix(NETWORK_SUFFIX))
    raw["weights"] = {n: round(w, 4) for n, w in zip(FEATURES, fitted.weights, strict=True)}
    raw["topic"] = {n: round(w, 4) for n, w in zip(TOPIC, fitted.topic, strict=True)}
    raw["rank"] = {n: round(w, 4) for n, w in zip(RANK, fitted.rank, strict=True)}
    write_whole(path, json.dumps(raw, ensure_ascii=False, indent=2) + "\n")
