"""The rules of a contest, as `contest.yaml` writes them: who may play, when, how often, on what.

What the result leads to (ranking, prizes, publication) stands in `outcome`. Every name of a field
is the key of the file; a key left out has the default written here. Instants are aware.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from bot.contest.outcome import (
    Certificate,
    Complaints,
    Data,
    Incidents,
    Integrity,
    Prizes,
    QuestionFaults,
    Ranking,
    Results,
)
from bot.contest.words import (
    AgeOn,
    AnswerKind,
    AskWhen,
    Channel,
    CorrectionBy,
    Counting,
    Distance,
    ExclusionEffect,
    FieldType,
    Freeze,
    Id,
    LockAfter,
    Login,
    MultipleScoring,
    Nationality,
    Navigation,
    OnTimeout,
    OpenAtClose,
    PaperClock,
    PaperMode,
    PoolStatus,
    Proof,
    ResidenceScope,
    RoundKind,
    Scope,
    ShowWhat,
    ShowWhen,
    TakenFrom,
    Target,
    Track,
    Uniqueness,
    ValidOn,
)

MAIN = Id("main")
"""The paper of a round that names none."""


@dataclass(frozen=True, slots=True)
class RulesText:
    """The paper rules that the contest follows; `file` lies beside contest.yaml."""

    version: int = 1
    url: str = ""
    sha256: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """The hours in which a round is open, on `days` of the week (1 is Monday); `to` exclusive."""

    from_: time
    to: time
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Feeds:
    """Only the first `take` people of this round's ranking may enter the other `round`."""

    round: Id
    take: int
    by: Literal["ranking"] = "ranking"


@dataclass(frozen=True, slots=True)
class Round:
    """One round; `closes_at` is exclusive, and only a practice round may have none."""

    id: Id
    label: str
    opens_at: datetime
    closes_at: datetime | None = None
    paper: Id = MAIN
    kind: RoundKind = "weekly"
    closing_words: str = ""
    daily_window: DailyWindow | None = None
    overlaps: tuple[Id, ...] = ()
    feeds: Feeds | None = None
    prizes: Id | None = None


@dataclass(frozen=True, slots=True)
class Residence:
    """Where people must live: `units` are codes of provinces or communes."""

    scope: ResidenceScope = "any"
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """People with this role (a list the organizer uploads) may not play, or win nothing."""

    role: Id
    effect: ExclusionEffect
    family: bool = False


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may play; an empty list allows everybody."""

    min_age: int | None = None
    max_age: int | None = None
    age_on: AgeOn | date = "attempt_start"
    nationality: Nationality | tuple[str, ...] = "any"
    residence: Residence = Residence()
    groups_allowed: tuple[str, ...] = ()
    roster_required: bool = False
    tracks: tuple[Track, ...] = ("individual",)
    exclusions: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One thing asked at registration. `options` are the choices of an enum, as people read them.

    `tree` names the units to choose from: `hanh_chinh` (provinces and communes) or the contest's
    own tree in units.yaml.
    """

    key: Id
    type: FieldType
    required: bool = True
    label: str = ""
    help: str = ""
    options: tuple[str, ...] = ()
    tree: Id | None = None
    rolls_up: bool = False
    unique: Uniqueness = "none"
    ask_when: AskWhen = "at_registration"
    guardian_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose of processing personal data, with the sentence that people agree to."""

    key: Id
    required: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent asked at registration; below `guardian_under_age` a guardian agrees as well."""

    text_version: int = 1
    purposes: tuple[Purpose, ...] = ()
    guardian_under_age: int | None = 16
    proof: tuple[Proof, ...] = ("text_version", "time", "channel")


@dataclass(frozen=True, slots=True)
class Registration:
    """What people tell of themselves, until when they may correct it, what they agree to."""

    login: tuple[Login, ...] = ()
    fields: tuple[Field, ...] = ()
    lock_after: LockAfter = "first_attempt"
    correction_by: CorrectionBy = "organizer_with_log"
    consent: Consent = Consent()


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often people may play and which attempt counts.

    `best_by` are the keys by which the best attempt is chosen, `ranking` meaning the ranking's own.
    With `abandoned_counts` an attempt that ran out and was discarded still uses one up.
    """

    max_total: int | None = None
    max_per_round: int | None = 1
    max_per_day: int | None = None
    min_gap_s: int = 0
    counting: Counting = "best"
    best_by: tuple[str, ...] = ("ranking",)
    abandoned_counts: bool = True
    open_attempt_at_close: OpenAtClose = "cut_at_close"


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a blueprint: `count` questions of a topic, of a level, or of both."""

    count: int
    topic: Id | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """What an answer earns; whole numbers. `by_level` wins over `per_correct`."""

    per_correct: int = 1
    by_level: dict[str, int] | None = None
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class ShowResult:
    """When a person sees his own result, and how much of it."""

    when: ShowWhen = "on_submit"
    what: ShowWhat = "score_time"


@dataclass(frozen=True, slots=True)
class QuestionPool:
    """Where questions come from: a bank (the folder whose questions.yaml it is) and which of it.

    `approved` takes approved questions only, `starter` those shipped with the program as well.
    """

    bank: Id
    valid_on: ValidOn = "round_open"
    status: PoolStatus = "starter"


@dataclass(frozen=True, slots=True)
class Paper:
    """How a paper is drawn and played.

    `fixed` gives everybody in a round the same questions: those of `questions`, or one draw for
    the round. After the time limit `submit_answered` counts what was answered, `discard` drops the
    attempt, `grace` takes no answers but waits `grace_ms` for the paper to be handed in.
    """

    question_pool: QuestionPool
    question_count: int = 10
    mode: PaperMode = "random"
    questions: tuple[Id, ...] = ()
    blueprint: tuple[Share, ...] = ()
    avoid_repeat_for_person: bool = False
    shuffle_questions: bool = True
    shuffle_options: bool = True
    answer_kind: AnswerKind = "single"
    multiple_scoring: MultipleScoring = "all_or_nothing"
    points: Points = Points()
    pass_mark: int | None = None
    time_limit_s: int = 600
    clock: PaperClock = "wall"
    on_timeout: OnTimeout = "submit_answered"
    grace_ms: int = 2000
    resume: bool = True
    navigation: Navigation = "free"
    must_answer_all: bool = False
    show_result: ShowResult = ShowResult()


@dataclass(frozen=True, slots=True)
class Prediction:
    """The guess asked beside the questions; what is guessed is counted over a round or all."""

    enabled: bool = False
    text: str = ""
    target: Target = "persons_all_correct"
    scope: Scope = "round"
    taken_from: TakenFrom = "counting_attempt"
    required: bool = True
    min: int = 0
    max: int = 10_000_000
    distance: Distance = "absolute"
    freeze: Freeze = "after_disqualification"
    hide_live_counts: bool = True


@dataclass(frozen=True, slots=True)
class Contest:
    """A whole contest. `expected_persons` is the organizer's guess, to check prizes against."""

    id: Id
    title: str
    rounds: tuple[Round, ...]
    papers: dict[str, Paper]
    organizers: tuple[str, ...] = ()
    legal_refs: tuple[str, ...] = ()
    rules_text: RulesText = RulesText()
    timezone: Literal["Asia/Ho_Chi_Minh"] = "Asia/Ho_Chi_Minh"
    channels: tuple[Channel, ...] = ("telegram", "zalo_bot", "zalo_oa", "web", "console")
    expected_persons: int | None = None
    eligibility: Eligibility = Eligibility()
    registration: Registration = Registration()
    attempts: Attempts = Attempts()
    prediction: Prediction = Prediction()
    ranking: Ranking = field(default_factory=Ranking)
    prizes: Prizes = field(default_factory=Prizes)
    integrity: Integrity = field(default_factory=Integrity)
    question_faults: QuestionFaults = field(default_factory=QuestionFaults)
    incidents: Incidents = field(default_factory=Incidents)
    results: Results = field(default_factory=Results)
    complaints: Complaints = field(default_factory=Complaints)
    certificate: Certificate = field(default_factory=Certificate)
    data: Data = field(default_factory=Data)

    def round(self, round_id: str) -> Round | None:
        """The round with this id."""
        return next((r for r in self.rounds if r.id == round_id), None)

    @property
    def is_practice(self) -> bool:
        """Whether nothing but practice rounds are played: no ranking, no prizes."""
        return all(r.kind == "practice" for r in self.rounds)
