"""A registration in the chat: its steps in their order, and how each one asks.

c0, c1 … consents; t the way of taking part; f0, f1 … fields; g and n a guardian's consent and name;
s the summary; e which field to mend.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.contest.document import Published
from bot.contest.fields import label_of, options_of, show_in_part
from bot.contest.forms import review
from bot.contest.registration import (
    GUARDIAN,
    Form,
    Guardian,
    born_in,
    fields_to_ask,
    needs_guardian,
)
from bot.contest.rules import Contest, Field
from bot.contest.telling import tell_data
from bot.dialogue.contest import codes, sayings
from bot.dialogue.contest.hall import Step, Visit
from bot.dialogue.contest.task import Draft, Task
from bot.dialogue.messages import Button, Reply

_EXAMPLES = {
    "name": "Ví dụ: Nguyễn Văn An.",
    "date": "Ghi ngày/tháng/năm, ví dụ 5/9/1990.",
    "phone": "Ví dụ: 0912 345 678.",
    "id_number": "Gồm 12 chữ số trên thẻ căn cước.",
    "email": "Ví dụ: an.nguyen@example.vn.",
    "unit": "Bạn gõ tên, ví dụ «hồng gai»; không dấu cũng được.",
    "enum": "Bạn chọn một mục, hoặc nhắn số của mục đó.",
    "text": "",
}
_TRACKS = {"individual": "Cá nhân", "unit_representative": "Đại diện đơn vị"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A registration as it lies before the person: what is known, and the step asked now."""

    visit: Visit
    published: Published
    draft: Draft
    step: str
    nonce: str

    @property
    def contest(self) -> Contest:
        """The rules that ask."""
        return self.published.contest

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields asked, in their order."""
        return fields_to_ask(self.contest, "at_award" if self.draft.award else "at_registration")

    @property
    def number(self) -> int:
        """The number in the name of the step; 0 where it has none."""
        return int(self.step[1:] or 0)

    @property
    def field(self) -> Field:
        """The field that the step asks."""
        return self.fields[self.number]

    @property
    def is_child(self) -> bool:
        """Whether somebody else must agree as well."""
        born = born_in(self.contest, self.draft.values)
        return needs_guardian(self.contest, born, self.visit.at)

    @property
    def form(self) -> Form:
        """What is handed in."""
        draft = self.draft
        guardian = None
        if draft.guardian and self.is_child:
            guardian = Guardian(draft.guardian, agrees=draft.guardian_agrees)
        return Form(draft.values, draft.consents, guardian, draft.track)

    @property
    def task(self) -> Task:
        """What is kept until the next message."""
        sealed = self.draft.seal(self.visit.hall.sealer)
        return Task("form", self.published.id, step=self.step, nonce=self.nonce, sealed=sealed)

    def knows(self, step: str) -> bool:
        """Whether the registration has such a step."""
        kind, number = step[:1], step[1:]
        if kind in ("c", "f"):
            size = len(self.contest.registration.consent.purposes if kind == "c" else self.fields)
            return number.isascii() and number.isdigit() and int(number) < size
        return step in ("t", "g", "n", "s", "e")

    def at(self, step: str, draft: Draft | None = None) -> Sheet:
        """The sheet at another step."""
        return replace(self, step=step, draft=draft or self.draft)


def steps_of(sheet: Sheet) -> list[str]:
    """Every step that this person has to go through, in order."""
    if sheet.draft.award:
        return [*(f"f{n}" for n in range(len(sheet.fields))), "s"]
    found = [f"c{n}" for n in range(len(sheet.contest.registration.consent.purposes))]
    if len(sheet.contest.eligibility.tracks) > 1:
        found.append("t")
    found += [f"f{n}" for n in range(len(sheet.fields))]
    return [*found, *(["g", "n"] if sheet.is_child else []), "s"]


def following(sheet: Sheet) -> str:
    """The step after this one; whoever mends one thing goes back to the summary."""
    steps, draft = steps_of(sheet), sheet.draft
    if sheet.step == "g":
        return "n"
    if draft.looks_back and not (sheet.step[0] == "c" and f"c{sheet.number + 1}" in steps):
        return "g" if sheet.is_child and not (draft.guardian and draft.guardian_agrees) else "s"
    return steps[steps.index(sheet.step) + 1] if sheet.step in steps else "s"


def preceding(sheet: Sheet) -> str:
    """The step before this one; the first one has none before it."""
    steps = steps_of(sheet)
    place = steps.index(sheet.step) if sheet.step in steps else len(steps)
    return "s" if sheet.draft.looks_back else steps[max(0, place - 1)]


def ask(sheet: Sheet, lead: str = "") -> Step:
    """The question of the step; `lead` is said before it."""
    text, choices = _ASKING[sheet.step[0]](sheet)
    buttons = tuple(
        Button(title, codes.form(sheet.nonce, sheet.step, value)) for title, value in choices
    )
    text = "\n\n".join(part for part in (lead, text) if part)
    reply = Reply(text, title=sheet.contest.title, buttons=buttons, is_private=True)
    return Step(reply, sheet.task)


_Asked = tuple[str, list[tuple[str, str]]]


def _ask_consent(sheet: Sheet) -> _Asked:
    purposes = sheet.contest.registration.consent.purposes
    purpose = purposes[sheet.number]
    rule = sayings.REQUIRED if purpose.required else sayings.OPTIONAL
    parts = [f"Sự đồng ý {sheet.number + 1}/{len(purposes)}\n«{purpose.text}»", rule]
    if not sheet.number and not sheet.draft.looks_back:
        parts.insert(0, "\n".join(f"- {line}" for line in tell_data(sheet.contest)))
    parts.append(sayings.ASK_CONSENT)
    return "\n\n".join(parts), [(sayings.AGREE, "1"), (sayings.REFUSE, "0")]


def _ask_track(sheet: Sheet) -> _Asked:
    tracks = sheet.contest.eligibility.tracks
    return "Bạn dự thi theo hình thức nào?", [(_TRACKS[t], f"o{n}") for n, t in enumerate(tracks)]


def _ask_field(sheet: Sheet) -> _Asked:
    one = sheet.field
    head = sayings.FIELD_COUNT.format(sheet.number + 1, len(sheet.fields))
    need = "" if one.required else f" ({sayings.NOT_REQUIRED})"
    parts = [f"{head} · {label_of(one)}{need}", one.help, _EXAMPLES[one.type]]
    if sheet.draft.award and not sheet.number:
        days = sheet.contest.data.contact_retention_days_after_award
        parts.insert(0, sayings.AWARD_ASK.format(days))
    choices: list[tuple[str, str]] = []
    if sheet.draft.offered:
        trees = sheet.visit.trees(sheet.published)
        titles = [trees.title(one.tree or "hanh_chinh", code) for code in sheet.draft.offered]
        parts = [f"{head} · {label_of(one)}{need}", sayings.PICK_UNIT]
        choices = [(title, f"u{n}") for n, title in enumerate(titles)]
    elif one.type == "enum":
        choices = [(option, f"o{n}") for n, option in enumerate(options_of(one))]
    if not one.required:
        choices.append((sayings.SKIP, "-"))
    return "\n".join(part for part in parts if part), choices


def _ask_guardian(sheet: Sheet) -> _Asked:
    below = sheet.contest.registration.consent.guardian_under_age
    return sayings.GUARDIAN.format(below), [
        (sayings.GUARDIAN_AGREES, "1"),
        (sayings.REFUSE, "0"),
    ]


def _ask_guardian_name(_sheet: Sheet) -> _Asked:
    return f"{sayings.GUARDIAN_NAME} {_EXAMPLES['name']}", []


def _ask_summary(sheet: Sheet) -> _Asked:
    lock = sayings.SUMMARY_LOCK[sheet.contest.registration.lock_after]
    text = f"{sayings.SUMMARY}\n\n{summarize(sheet)}\n\n{lock}"
    return text, [(sayings.CONFIRM, "1"), (sayings.MEND, "0")]


def _ask_which(sheet: Sheet) -> _Asked:
    choices = [(label_of(one), f"f{n}") for n, one in enumerate(sheet.fields)]
    if sheet.contest.registration.consent.purposes and not sheet.draft.entrant:
        choices.append(("Sự đồng ý của tôi", "c0"))
    return sayings.WHICH_FIELD, choices


_ASKING = {
    "c": _ask_consent,
    "t": _ask_track,
    "f": _ask_field,
    "g": _ask_guardian,
    "n": _ask_guardian_name,
    "s": _ask_summary,
    "e": _ask_which,
}


def summarize(sheet: Sheet) -> str:
    """What was given, in lines; numbers in part."""
    trees = sheet.visit.trees(sheet.published)
    looked = review(sheet.contest, sheet.form, trees, sheet.visit.at, with_consents=False)
    lines = [
        f"- {label_of(one)}: {show_in_part(one, looked.shown[one.key])}"
        for one in sheet.contest.registration.fields
        if looked.shown.get(one.key)
    ]
    if sheet.form.guardian is not None:
        lines.append(f"- {label_of(GUARDIAN)}: {sheet.form.guardian.name}")
    purposes = sheet.contest.registration.consent.purposes
    if purposes and not sheet.draft.entrant:
        given = sum(sheet.draft.consents.values())
        lines.append(f"- {sayings.CONSENTS_GIVEN.format(given, len(purposes))}")
    return "\n".join(lines)
