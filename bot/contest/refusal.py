"""Why something is not taken: a named reason for the program, a sentence for the person."""

from __future__ import annotations

from typing import Literal, TypeAlias

from bot.errors import InputRefused

Reason: TypeAlias = Literal[
    # who
    "not_registered",
    "not_eligible",
    "disqualified",
    "wrong_channel",
    "already_registered",
    "locked",
    "consent_missing",
    "guardian_missing",
    "field",
    # when
    "not_open_yet",
    "outside_hours",
    "closed",
    "too_soon",
    "no_attempts_left",
    # the paper
    "not_yours",
    "already_submitted",
    "too_late",
    "no_resume",
    "no_such_question",
    "no_such_option",
    "no_going_back",
    "unanswered",
    "prediction_missing",
    "prediction_out_of_range",
    "too_few_questions",
    # the board
    "not_published",
    "not_allowed",
    "same_person",
]


class Refused(InputRefused):
    """Something a person asked for that the rules do not allow; nothing was changed.

    `reason` is for the program, the text for the person. `detail` may name the field, the attempt
    or the position concerned.
    """

    def __init__(self, reason: Reason, sentence: str, detail: str | int = "") -> None:
        super().__init__(sentence)
        self.reason = reason
        self.detail = detail
