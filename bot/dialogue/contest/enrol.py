"""Registering in the chat: one thing at a time, each checked at once, all of it correctable.

Until it is handed in, what was typed lies sealed in the person's state; a button holds for the step
that showed it and for no other.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from bot.contest import registration
from bot.contest.document import Published
from bot.contest.eligible import check_age
from bot.contest.fields import label_of, options_of
from bot.contest.refusal import Refused
from bot.contest.registration import GUARDIAN, born_in, open_registration
from bot.contest.typed import read_field
from bot.contest.winning import Won, complete, won_by
from bot.dialogue.compose import MENU_BUTTON
from bot.dialogue.contest import codes, lobby, sayings, typed
from bot.dialogue.contest.codes import Act
from bot.dialogue.contest.form import Sheet, ask, following, preceding, summarize
from bot.dialogue.contest.hall import Step, Visit
from bot.dialogue.contest.task import Draft, Task
from bot.dialogue.messages import Button, Reply
from bot.language.fold import fold, tidy

_SKIPPED = frozenset({"bo qua", "khong", "khong co", "-", "ko"})
_BACK = frozenset({"quay lai", "lui lai", "muc truoc"})
_SENT = frozenset({"dung", "dung roi", "gui", "gui dang ky", "xac nhan", "chinh xac"})


async def enter(visit: Visit, published: Published, task: Task) -> Step:
    """Begins a registration, or goes on with the one that was left."""
    if await visit.entrant(published) is not None:
        return await lobby.show_contest(visit, published)
    if visit.standing(published) == "over":
        return await lobby.show_contest(visit, published)
    sheet = open_sheet(visit, published, task)
    if sheet is not None and not sheet.draft.entrant:
        return ask(sheet)
    tracks = published.contest.eligibility.tracks
    draft = Draft(track=tracks[0])
    first = "c0" if published.contest.registration.consent.purposes else "f0"
    if first == "f0" and not published.contest.registration.fields:
        return await lobby.show_contest(visit, published)
    return ask(Sheet(visit, published, draft, first, secrets.token_hex(4)))


async def show_own(visit: Visit, published: Published, lead: str = "") -> Step:
    """What the person registered with, and the way to correct it until the lock."""
    entrant = await visit.entrant(published)
    if entrant is None:
        return await lobby.show_contest(visit, published, sayings.NOT_REGISTERED)
    sheet = _kept(visit, published, entrant.id, open_registration(visit.hall.sealer, entrant))
    lines = summarize(sheet)
    parts = [lead, f"{sayings.OWN_TEXT}\n{lines}" if lines else sayings.OWN_NOTHING]
    buttons = [Button(sayings.BACK, codes.open_contest(published.id)), MENU_BUTTON]
    if entrant.locked_at is not None:
        parts.append(sayings.LOCKED)
    elif lines:
        buttons.insert(0, Button(sayings.AMEND, codes.amend(published.id)))
    text = "\n\n".join(part for part in parts if part)
    title = published.contest.title
    return Step(Reply(text, title=title, buttons=tuple(buttons), is_private=True))


async def amend(visit: Visit, published: Published) -> Step:
    """Asks what of a registration should be corrected."""
    entrant = await visit.entrant(published)
    if entrant is None or entrant.locked_at is not None:
        return await show_own(visit, published)
    kept = open_registration(visit.hall.sealer, entrant)
    return ask(_kept(visit, published, entrant.id, kept))


async def claim(visit: Visit, published: Published, task: Task) -> Step:
    """Asks a winner what only he is asked, from the beginning or where he left it."""
    entrant = await visit.entrant(published)
    won = await won_by(visit.tx, published, visit.hall.sealer, entrant) if entrant else Won()
    if entrant is None or not won.asked:
        return await lobby.show_contest(visit, published)
    sheet = open_sheet(visit, published, task)
    if sheet is not None and sheet.draft.award:
        return ask(sheet)
    draft = Draft(entrant=entrant.id, award=True)
    return ask(Sheet(visit, published, draft, "f0", secrets.token_hex(4)))


def _kept(visit: Visit, published: Published, entrant_id: int, kept: registration.Form) -> Sheet:
    guardian = kept.guardian.name if kept.guardian else ""
    draft = Draft(
        kept.values,
        guardian=guardian,
        guardian_agrees=bool(guardian),
        entrant=entrant_id,
        looks_back=True,
    )
    return Sheet(visit, published, draft, "e", secrets.token_hex(4))


def open_sheet(visit: Visit, published: Published, task: Task) -> Sheet | None:
    """The registration that was left for this contest; None where there is none to go on with."""
    if task.kind != "form" or task.contest != published.id:
        return None
    draft = Draft.open(visit.hall.sealer, task.sealed)
    if draft is None:
        return None
    sheet = Sheet(visit, published, draft, task.step, task.nonce)
    return sheet if sheet.knows(task.step) else None


async def take_act(visit: Visit, task: Task, act: Act) -> Step | None:
    """What a button of the registration leads to; None where no registration is under way."""
    published = await visit.contest(task.contest) if task.kind == "form" else None
    sheet = open_sheet(visit, published, task) if published else None
    if sheet is None:
        return None
    if (act.text(0), act.text(1)) != (sheet.nonce, sheet.step):
        return ask(sheet, sayings.OLD_STEP)
    return await _answered(sheet, act.text(2))


async def take_text(visit: Visit, task: Task, text: str) -> Step | None:
    """What a text leads to while a registration is under way; None where it belongs elsewhere."""
    published = await visit.contest(task.contest)
    sheet = open_sheet(visit, published, task) if published else None
    if sheet is None:
        return None
    line = fold(tidy(text)).rstrip(".!?")
    if line in _BACK:
        return ask(sheet.at(preceding(sheet), replace(sheet.draft, offered=())))
    kind = sheet.step[0]
    if kind == "f":
        return await _typed(sheet, text, line)
    if kind == "n":
        return await _guardian_named(sheet, text)
    value = _meant(sheet, text, line)
    return await _answered(sheet, value) if value is not None else ask(sheet, sayings.UNREAD)


def is_about_law(visit: Visit, task: Task, text: str) -> bool:
    """Whether a text is a question that the base surely answers, and so no name or place."""
    if task.step[0] == "f" and len(text.split()) < 3:
        return False
    return visit.snapshot.matcher.find(text[:300]).outcome == "answer"


def way_back(visit: Visit, task: Task) -> tuple[str, str]:
    """The button that goes on with what is under way: its title and code."""
    draft = Draft.open(visit.hall.sealer, task.sealed)
    if draft is not None and draft.award:
        return sayings.CLAIM, codes.claim(task.contest)
    if draft is not None and draft.entrant:
        return sayings.AMEND, codes.amend(task.contest)
    return sayings.ENROL_ON, codes.enrol(task.contest)


def cancelled(visit: Visit, task: Task) -> Step:
    """The end of a registration that the person gave up: what he had typed is gone."""
    draft = Draft.open(visit.hall.sealer, task.sealed)
    is_new = draft is None or not draft.entrant
    if draft is not None and draft.award:
        return Step(Reply(sayings.AWARD_CANCELLED))
    return Step(Reply(sayings.FORM_CANCELLED if is_new else sayings.AMEND_CANCELLED))


def _meant(sheet: Sheet, text: str, line: str) -> str | None:
    """What a text answers to a step that offers buttons."""
    kind = sheet.step[0]
    if kind in ("c", "g"):
        return "1" if typed.is_yes(text) else "0" if typed.is_no(text) else None
    if kind == "s":
        if line in _SENT or typed.is_yes(text):
            return "1"
        return "0" if line.startswith("sua") or typed.is_no(text) else None
    if kind == "e":
        named = line.removeprefix("sua ").removeprefix("lai ")
        found = [n for n, f in enumerate(sheet.fields) if named in fold(label_of(f))]
        return f"f{found[0]}" if len(found) == 1 else None
    return None


async def _answered(sheet: Sheet, value: str) -> Step:
    match sheet.step[0]:
        case "c":
            return await _consented(sheet, value)
        case "t":
            return await _track_chosen(sheet, value)
        case "f":
            return replace(await _picked(sheet, value), hides=True)
        case "g":
            if value != "1":
                return ask(sheet, sayings.GUARDIAN_MUST)
            return await _on(sheet, replace(sheet.draft, guardian_agrees=True))
        case "s":
            return await _send(sheet) if value == "1" else ask(sheet.at("e"))
        case "e":
            draft = replace(sheet.draft, looks_back=True)
            if value[:1] in ("f", "c") and sheet.knows(value):
                return ask(sheet.at(value, draft))
    return ask(sheet, sayings.UNREAD)


async def _consented(sheet: Sheet, value: str) -> Step:
    purpose = sheet.contest.registration.consent.purposes[sheet.number]
    agrees = value == "1"
    if purpose.required and not agrees:
        return ask(sheet, sayings.MUST_AGREE)
    consents = {**sheet.draft.consents, str(purpose.key): agrees}
    return await _on(sheet, replace(sheet.draft, consents=consents))


async def _track_chosen(sheet: Sheet, value: str) -> Step:
    for n, track in enumerate(sheet.contest.eligibility.tracks):
        if value == f"o{n}":
            return await _on(sheet, replace(sheet.draft, track=track))
    return ask(sheet, sayings.UNREAD)


async def _picked(sheet: Sheet, value: str) -> Step:
    """A field answered by a button."""
    one, kind, number = sheet.field, value[:1], value[1:]
    if value == "-" and not one.required:
        return await _taken(sheet, "")
    choices = {"o": options_of(one), "u": sheet.draft.offered}.get(kind, ())
    if number.isascii() and number.isdigit() and int(number) < len(choices):
        return await _taken(sheet, choices[int(number)])
    return ask(sheet, sayings.UNREAD)


async def _typed(sheet: Sheet, text: str, line: str) -> Step:
    """A field answered by a text."""
    if not sheet.field.required and line in _SKIPPED:
        return await _taken(sheet, "")
    number = line.rstrip(".)")
    if sheet.draft.offered and number.isdigit():
        return replace(await _picked(sheet, f"u{int(number[:4]) - 1}"), hides=True)
    return replace(await _taken(sheet, text), hides=True)


async def _taken(sheet: Sheet, text: str) -> Step:
    one, draft = sheet.field, replace(sheet.draft, offered=())
    if not text:
        values = {**draft.values, one.key: ""}
        return await _on(sheet, replace(draft, values=values))
    try:
        read = read_field(one, text, sheet.visit.trees(sheet.published), sheet.visit.at)
        if read.offered:
            offered = tuple(unit.code for unit in read.offered)
            return ask(sheet.at(sheet.step, replace(draft, offered=offered)))
        if one.type == "date":
            values = {**draft.values, one.key: read.value}
            check_age(sheet.contest, born_in(sheet.contest, values), sheet.visit.at)
    except Refused as refused:
        return ask(sheet.at(sheet.step, draft), str(refused))
    values = {**draft.values, one.key: read.value}
    return await _on(sheet, replace(draft, values=values))


async def _guardian_named(sheet: Sheet, text: str) -> Step:
    try:
        read = read_field(GUARDIAN, text, sheet.visit.trees(sheet.published), sheet.visit.at)
    except Refused as refused:
        return replace(ask(sheet, str(refused)), hides=True)
    draft = replace(sheet.draft, guardian=read.value)
    return replace(await _on(sheet, draft), hides=True)


async def _on(sheet: Sheet, draft: Draft) -> Step:
    """The next step; a correction is written down as soon as nothing more need be asked."""
    sheet = replace(sheet, draft=draft)
    sheet = sheet.at(following(sheet))
    return await _send(sheet) if draft.entrant and sheet.step == "s" else ask(sheet)


async def _send(sheet: Sheet) -> Step:
    """Hands the registration or its correction in; what is missing is asked for."""
    visit, published = sheet.visit, sheet.published
    trees, form = visit.trees(published), sheet.form
    try:
        if sheet.draft.award:
            await complete(
                visit.tx, published, visit.hall.sealer, trees, sheet.draft.entrant, form.values,
                visit.at,
            )  # fmt: skip
            return await show_own(visit, published, sayings.AWARD_TAKEN)
        if sheet.draft.entrant:
            await registration.correct(
                visit.tx, published, visit.hall.sealer, trees, sheet.draft.entrant, form.values,
                visit.at, guardian=form.guardian,
            )  # fmt: skip
            return await show_own(visit, published, sayings.AMENDED)
        await registration.register(
            visit.tx, published, visit.hall.sealer, trees, visit.person_id, visit.channel, form,
            visit.at,
        )  # fmt: skip
    except Refused as refused:
        return await _sent_back(sheet, refused)
    lock = sayings.SUMMARY_LOCK[sheet.contest.registration.lock_after]
    locked = sheet.contest.registration.lock_after == "registration"
    said = sayings.ENROLLED if locked else f"{sayings.ENROLLED} {lock}"
    return await lobby.show_contest(visit, published, said)


async def _sent_back(sheet: Sheet, refused: Refused) -> Step:
    said, draft = str(refused), replace(sheet.draft, looks_back=True)
    match refused.reason:
        case "field":
            keys = [str(one.key) for one in sheet.fields]
            step = f"f{keys.index(str(refused.detail))}" if refused.detail in keys else "e"
            return ask(sheet.at(step, draft), said)
        case "consent_missing":
            keys = [str(p.key) for p in sheet.contest.registration.consent.purposes]
            step = f"c{keys.index(str(refused.detail))}" if refused.detail in keys else "c0"
            return ask(sheet.at(step, draft), said)
        case "guardian_missing":
            return ask(sheet.at("g", draft))
        case (
            "already_registered"
            | "closed"
            | "wrong_channel"
            | "locked"
            | "not_registered"
            | "not_allowed"
        ):
            return await lobby.show_contest(sheet.visit, sheet.published, said)
    return ask(sheet.at("e", draft), said)
