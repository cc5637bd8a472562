"""The rules of a contest about what the result leads to: ranking, prizes, faults, publication."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bot.contest.words import (
    AnswerKey,
    CertificateFor,
    CollectiveMetric,
    ComplaintChannel,
    ExportFormat,
    ExportVariant,
    FaultAction,
    FlagKind,
    Id,
    IncidentAction,
    LastResort,
    Order,
    RankingKey,
    Recomputed,
    SoftDuplicate,
    SpreadMetric,
    Statistic,
    TotalBy,
)

GROUP = Id("doi_tuong")
"""The field that asks which group a person belongs to."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Who is ranked at all: those with every answer right (`all`), or with at least so many."""

    min_correct: Literal["all"] | int


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the ranking; the first one decides, the next only among equals."""

    key: RankingKey
    order: Order


@dataclass(frozen=True, slots=True)
class ContestTotal:
    """A ranking over all rounds beside those of the rounds."""

    from_: Literal["rounds"] = "rounds"
    by: TotalBy = "sum"
    prizes: Id | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """How people are ranked. `more_keys` are columns that are shown but decide nothing.

    Each of `segments` (values of the field `segment_by`) has a list of its own.
    """

    gate: Gate | None = None
    keys: tuple[Key, ...] = ()
    more_keys: tuple[RankingKey, ...] = ()
    segments: tuple[str, ...] = ()
    segment_by: Id = GROUP
    last_resort: LastResort | None = None
    contest_total: ContestTotal | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """So many prizes of one name; `value` in đồng each."""

    name: str
    count: int
    value: int = 0


@dataclass(frozen=True, slots=True)
class PrizeSet:
    """The prizes for people of a round. With `pass_down` the next in line moves up."""

    individual: tuple[Tier, ...] = ()
    max_per_person_round: int | None = 1
    max_per_person_contest: int | None = None
    pass_down: bool = True
    needs_verification: bool = True


@dataclass(frozen=True, slots=True)
class Spread:
    """Prizes for those who brought most other people into the contest."""

    count: int
    metric: SpreadMetric = "referred_persons_with_counted_attempt"
    value: int = 0


@dataclass(frozen=True, slots=True)
class Collective:
    """Prizes for units of a `level` of a tree, by a metric; `tiers` are the numbers of prizes."""

    tree: Id
    metric: CollectiveMetric
    tiers: tuple[int, ...]
    level: Id | None = None
    min_persons: int = 1
    names: tuple[str, ...] = ()
    values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Composite:
    """A unit's composite score: percent taking part × `ratio_percent` + points for prizes won."""

    ratio_percent: float = 1.0
    prize_points: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Headcounts:
    """Where the head-count of each unit comes from: units.yaml of the contest, or nowhere."""

    source: Literal["none", "organizer_table"] = "none"
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Prizes:
    """All prizes; `sets` are those that rounds name, each under a key of its own in the file."""

    sets: dict[str, PrizeSet] = field(default_factory=dict, metadata={"rest": True})
    spread: Spread | None = None
    collective: tuple[Collective, ...] = ()
    collective_metrics: tuple[CollectiveMetric, ...] = ("persons", "attempts")
    composite: Composite = field(default_factory=Composite)
    headcounts: Headcounts = Headcounts()


@dataclass(frozen=True, slots=True)
class Disqualify:
    """For what the board may disqualify, and whether the person may object."""

    reasons: tuple[Id, ...] = (
        Id("nhieu_tai_khoan"),
        Id("sai_thong_tin"),
        Id("can_thiep_phan_mem"),
        Id("thi_ho"),
    )
    by: Literal["board"] = "board"
    appeal: bool = True


@dataclass(frozen=True, slots=True)
class Integrity:
    """What is looked at more closely; a flag never cancels anything by itself."""

    soft_duplicates: tuple[SoftDuplicate, ...] = ("phone", "id_number", "name_birthdate_unit")
    min_plausible_s: int = 30
    flags: tuple[FlagKind, ...] = (
        "too_fast",
        "same_device_many",
        "same_answers_burst",
        "shared_contact",
    )
    disqualify: Disqualify = Disqualify()


@dataclass(frozen=True, slots=True)
class QuestionFaults:
    """What may be done about a wrong question once people have answered it."""

    actions: tuple[FaultAction, ...] = ("rekey", "accept_several", "full_marks", "drop")
    approval: Literal["two_persons"] = "two_persons"
    recompute: tuple[Recomputed, ...] = (
        "scores",
        "prediction_actual",
        "ranking",
        "collective",
        "statistics",
    )
    after_decision: Literal["new_decision_only"] = "new_decision_only"


@dataclass(frozen=True, slots=True)
class Incidents:
    """What may be done after a failure, and whether the players are told."""

    actions: tuple[IncidentAction, ...] = (
        "extend_round",
        "reopen_window",
        "grant_attempt",
        "void_attempts_by_list",
    )
    announce: bool = True


@dataclass(frozen=True, slots=True)
class Days:
    """A span of days after the closing of a round."""

    min: int = 5
    max: int = 10


@dataclass(frozen=True, slots=True)
class Results:
    """What is published, when, and with which fields; children appear by their initials."""

    publish_after_days: Days = Days()
    decision_number: Literal["required", "optional"] = "required"
    public_fields: tuple[Id, ...] = (Id("giai"), Id("ho_ten"), Id("don_vi"))
    children_public: Literal["initials_only", "hidden"] = "initials_only"
    answer_key: AnswerKey = "after_round"
    statistics: tuple[Statistic, ...] = ("persons", "attempts", "all_correct", "by_score")
    small_cell_min: int = 5


@dataclass(frozen=True, slots=True)
class Complaints:
    """How and until when people may complain; `open_until` is a day, or the award."""

    channel: tuple[ComplaintChannel, ...] = ("bot", "email", "post")
    open_until: Literal["award"] | date = "award"
    answer_within_days: int = 7
    final: str = "ban_to_chuc"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who gets a certificate; with `verify_code` anyone can have it confirmed."""

    who: CertificateFor = "nobody"
    also: CertificateFor = "nobody"
    verify_code: bool = True


@dataclass(frozen=True, slots=True)
class Exports:
    """In which forms the data leave the program; every export is logged."""

    formats: tuple[ExportFormat, ...] = ("xlsx", "csv")
    variants: tuple[ExportVariant, ...] = ("full", "masked")
    logged: Literal[True] = True


@dataclass(frozen=True, slots=True)
class Data:
    """Who answers for the personal data, and how long they are kept."""

    controller: str = ""
    processor: str = ""
    contact_retention_days_after_award: int = 90
    answers_pseudonymise_after_days: int = 365
    exports: Exports = Exports()
