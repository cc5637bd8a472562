"""The words that a contest's rules may use, by what they are about.

Each name here is a type: the reader refuses every other word and says which ones would do.
"""

from __future__ import annotations

from typing import Literal, NewType, TypeAlias

Id = NewType("Id", str)
"""A name that files, tables and exports refer to: small letters without marks, digits, - and _."""

Channel: TypeAlias = Literal["telegram", "zalo_bot", "zalo_oa", "web", "console"]
RoundKind: TypeAlias = Literal["weekly", "monthly", "practice", "semifinal", "final"]
AgeOn: TypeAlias = Literal["attempt_start", "contest_open"]
Nationality: TypeAlias = Literal["any", "vn"]
ResidenceScope: TypeAlias = Literal["any", "province", "commune"]
Track: TypeAlias = Literal["individual", "unit_representative"]
ExclusionEffect: TypeAlias = Literal["barred", "play_no_prize"]
Login: TypeAlias = Literal[
    "telegram_id", "zalo_id", "browser", "phone_otp", "vneid", "oauth", "password"
]
FieldType: TypeAlias = Literal[
    "name", "date", "enum", "id_number", "phone", "email", "unit", "text"
]
Uniqueness: TypeAlias = Literal["none", "soft"]
AskWhen: TypeAlias = Literal["at_registration", "at_award"]
LockAfter: TypeAlias = Literal["registration", "first_attempt", "never"]
CorrectionBy: TypeAlias = Literal["organizer_with_log", "nobody"]
Proof: TypeAlias = Literal["text_version", "time", "channel"]

Counting: TypeAlias = Literal["first", "last", "best", "sum", "average"]
OpenAtClose: TypeAlias = Literal["cut_at_close", "full_time"]
PaperMode: TypeAlias = Literal["fixed", "random", "random_blueprint"]
AnswerKind: TypeAlias = Literal["single", "multiple"]
MultipleScoring: TypeAlias = Literal["all_or_nothing"]
PaperClock: TypeAlias = Literal["wall"]
OnTimeout: TypeAlias = Literal["submit_answered", "discard", "grace"]
Navigation: TypeAlias = Literal["free", "sequential"]
ShowWhen: TypeAlias = Literal["on_submit", "after_round", "after_contest", "never"]
ShowWhat: TypeAlias = Literal["nothing", "score", "score_time", "right_wrong", "key"]
ValidOn: TypeAlias = Literal["round_open", "attempt_start"]
PoolStatus: TypeAlias = Literal["approved", "starter"]

Target: TypeAlias = Literal["persons_all_correct", "persons", "attempts", "attempts_all_correct"]
Scope: TypeAlias = Literal["round", "contest"]
TakenFrom: TypeAlias = Literal["counting_attempt"]
Distance: TypeAlias = Literal["absolute", "under_only"]
Freeze: TypeAlias = Literal["at_close", "after_disqualification"]

RankingKey: TypeAlias = Literal[
    "correct",
    "score",
    "prediction_distance",
    "duration_ms",
    "submitted_at",
    "started_at",
    "registered_at",
    "attempts_used",
    "perfect_attempts",
    "cumulative_score",
]
Order: TypeAlias = Literal["asc", "desc"]
LastResort: TypeAlias = Literal["draw_lots", "share", "board_decision"]
TotalBy: TypeAlias = Literal["sum"]
CollectiveMetric: TypeAlias = Literal[
    "persons",
    "attempts",
    "ratio_to_headcount",
    "total_score",
    "mean_score",
    "prize_winners",
    "prize_points",
    "composite",
    "judged",
]
SpreadMetric: TypeAlias = Literal["referred_persons_with_counted_attempt"]

SoftDuplicate: TypeAlias = Literal["phone", "id_number", "email", "name_birthdate_unit"]
FlagKind: TypeAlias = Literal[
    "too_fast", "same_device_many", "same_answers_burst", "shared_contact"
]
FaultAction: TypeAlias = Literal["rekey", "accept_several", "full_marks", "drop"]
IncidentAction: TypeAlias = Literal[
    "extend_round", "reopen_window", "grant_attempt", "void_attempts_by_list"
]
Recomputed: TypeAlias = Literal[
    "scores", "prediction_actual", "ranking", "collective", "statistics"
]
AnswerKey: TypeAlias = Literal["after_round", "after_contest", "never"]
Statistic: TypeAlias = Literal[
    "persons",
    "attempts",
    "all_correct",
    "by_province",
    "by_commune",
    "by_unit",
    "by_doi_tuong",
    "by_age",
    "by_gender",
    "by_score",
    "by_day",
    "by_hour",
]
ComplaintChannel: TypeAlias = Literal["bot", "web", "email", "phone", "post"]
CertificateFor: TypeAlias = Literal["nobody", "winners", "pass_mark", "participants"]
ExportFormat: TypeAlias = Literal["xlsx", "csv", "jsonl"]
ExportVariant: TypeAlias = Literal["full", "masked"]
