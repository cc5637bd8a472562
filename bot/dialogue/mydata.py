"""What we hold about a person, shown to him; taking back a consent; erasing everything.

His numbers are shown in part only: somebody else may hold the phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.clock import show_date, show_time, vietnam_date
from bot.contest.consents import standing_consents
from bot.contest.document import Published, from_ms
from bot.contest.fields import label_of, show_in_part
from bot.contest.forms import review
from bot.contest.registration import GUARDIAN, open_registration
from bot.contest.rules import Purpose
from bot.dialogue.compose import MENU_BUTTON
from bot.dialogue.contest.codes import mark_of
from bot.dialogue.contest.hall import Step, Visit
from bot.dialogue.messages import Button, Reply
from bot.dialogue.presses import read_press
from bot.store import contest_attempts, contest_entrants, contest_people, people
from bot.store.contest_entrants import ConsentGiven, Entrant

_KIND = "y"
_PAGE = 1_500
"""Letters of a page of details: one message on every channel."""
_SURE_FOR = timedelta(minutes=15)
"""How long the button that erases holds; one found in an old talk erases nothing."""

TITLE = "Dữ liệu của bạn"
DETAILS = "Xem từng mục"
MORE = "Xem tiếp"
CONSENTS = "Sự đồng ý của tôi"
ERASE = "Xóa dữ liệu của tôi"
ERASE_ALL = "Xóa hết"
KEEP = "Thôi, giữ lại"
BACK = "Về dữ liệu của tôi"
LEAVE = "Rút và thôi dự thi"

SINCE = "Bạn trò chuyện với máy trên kênh này từ ngày {}."
ASKED = "Câu hỏi bạn đã gửi: {} câu. Số điện thoại, số giấy tờ trong câu hỏi đã được che."
CAME_BY = "Bạn đến đây lần đầu bằng đường dẫn hoặc tờ rơi có mã {}."
REMINDED = "Bạn đã nhờ nhắc lịch bầu cử từ ngày {}. Muốn thôi, bạn gõ «thôi nhắc»."
NO_CONTEST = "Bạn chưa đăng ký cuộc thi nào."
DRAFT = "Có một bản đăng ký bạn đang ghi dở, được mã hóa. Gõ «hủy» khi đang đăng ký để xóa."
USE = (
    "Muốn có bản sao đầy đủ bằng tệp, bạn liên hệ cơ quan ghi ở cuối tin này; "
    "yêu cầu được trả lời trong 2 ngày làm việc."
)
NO_CONSENT = "Bạn chưa đồng ý mục nào."
CONSENT_TEXT = "Bạn bấm vào một mục để rút lại. Rút lúc nào cũng được, không cần nêu lý do."
CONSENT_GIVEN = "đã đồng ý ngày {}"
CONSENT_NOT = "không đồng ý"
WITHDRAW = "Rút: {}"
GIVE_AGAIN = "Đồng ý lại: {}"
WITHDRAWN = "Đã rút. Từ nay ban tổ chức không được dùng thông tin của bạn vào việc này nữa."
GIVEN_AGAIN = "Đã ghi lại sự đồng ý của bạn."
LEAVING = (
    "Không có sự đồng ý này thì ban tổ chức không được giữ thông tin của bạn, nên rút là thôi dự thi: "
    "thông tin đăng ký bị xóa, các bài đã làm chỉ còn là con số không tên và không được xét giải. "
    "Không lấy lại được. Bạn vẫn rút chứ?"
)
LEFT = "Bạn đã thôi dự thi. Thông tin đăng ký đã được xóa."
ERASING = (
    "Xóa rồi thì không lấy lại được:\n"
    "- Câu hỏi và cuộc trò chuyện của bạn bị xóa; chỉ còn con số là đã có một câu hỏi.\n"
    "- Thông tin đăng ký thi bị xóa. Bài đã làm được đếm mà không còn tên, không được xét giải; "
    "bài đang làm dở coi như bỏ.\n"
    "- Quyết định trao giải đã ký thì ban tổ chức giữ theo quy định."
)
ERASED = "Đã xóa dữ liệu của bạn. Máy chỉ giữ địa chỉ kênh này để gửi bạn tin vừa rồi."
TOO_OLD = "Nút này đã quá lâu nên tôi chưa xóa gì. Bạn xem lại rồi bấm lần nữa nếu vẫn muốn."
UNKNOWN = "Nút này không còn dùng được. Bạn gõ «/dulieu» để xem dữ liệu của mình."


@dataclass(frozen=True, slots=True)
class _Part:
    """A person's part in one contest."""

    published: Published
    entrant: Entrant
    consents: dict[str, ConsentGiven]

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        return self.published.contest.registration.consent.purposes

    def gives(self, purpose: Purpose) -> bool:
        """Whether the consent holds now."""
        last = self.consents.get(purpose.key)
        return last is not None and last.given


async def take_code(visit: Visit, code: str) -> Step | None:
    """What a button of these pages leads to; None for any other button."""
    press = read_press(code)
    if press is None or press.kind != _KIND:
        return None
    match press.arguments:
        case ("show",):
            return await show(visit)
        case ("list", page) if page.isdigit():
            return await show_details(visit, int(page[:4]))
        case ("agreed",):
            return await show_consents(visit)
        case ("erase",):
            return ask_to_erase(visit)
        case ("wipe", person, until):
            return _erase(visit, person, until)
        case (("off" | "ask" | "leave" | "on") as verb, mark, place) if place.isdigit():
            return await _change_consent(visit, verb, mark, int(place[:4]))
    return Step(Reply(UNKNOWN, buttons=(MENU_BUTTON,)))


async def show(visit: Visit) -> Step:
    """What is held, in short, and what the person can do about it."""
    held = await people.export(visit.tx, visit.person_id)
    parts = await _parts(visit)
    since = _day_in(held["person"]["first_seen"])
    told = [SINCE.format(since), ASKED.format(len(held["questions"]))]
    if held["person"]["origin"]:
        told.append(CAME_BY.format(held["person"]["origin"]))
    told += [REMINDED.format(_day_in(one["since"])) for one in held["reminders"]]
    told += [] if parts else [NO_CONTEST]
    if (held["state"] or {}).get("data", {}).get("task", {}).get("sealed"):
        told.append(DRAFT)
    blocks = ["\n".join(f"- {line}" for line in told)]
    blocks += [await _tell(visit, part) for part in parts]
    blocks += [USE, visit.snapshot.base.service.contact.strip()]
    buttons = [Button(DETAILS, _code("list", 0))]
    if any(part.purposes for part in parts):
        buttons.append(Button(CONSENTS, _code("agreed")))
    buttons += [Button(ERASE, _code("erase")), MENU_BUTTON]
    text = "\n\n".join(blocks)
    return Step(Reply(text, title=TITLE, buttons=tuple(buttons), is_private=True))


async def show_details(visit: Visit, page: int) -> Step:
    """Everything that was asked and played, page by page, newest first."""
    held = await people.export(visit.tx, visit.person_id)
    pages = list(_paged(_details(held)))
    page = min(page, len(pages) - 1)
    buttons = [Button(BACK, _code("show")), MENU_BUTTON]
    if page + 1 < len(pages):
        buttons.insert(0, Button(MORE, _code("list", page + 1)))
    title = f"{TITLE} (trang {page + 1}/{len(pages)})"
    return Step(Reply(pages[page], title=title, buttons=tuple(buttons)))


async def show_consents(visit: Visit, lead: str = "") -> Step:
    """Every consent asked of the person, and the way to take it back or give it again."""
    blocks, buttons = [lead] if lead else [], []
    for part in await _parts(visit):
        lines = []
        for n, purpose in enumerate(part.purposes):
            last, is_given = part.consents.get(purpose.key), part.gives(purpose)
            how = CONSENT_GIVEN.format(_day(last)) if last and is_given else CONSENT_NOT
            lines.append(f"{n + 1}. {purpose.text.strip()} ({how})")
            title = (WITHDRAW if is_given else GIVE_AGAIN).format(f"mục {n + 1}")
            verb = "on" if not is_given else "ask" if purpose.required else "off"
            buttons.append(Button(title, _code(verb, mark_of(part.published.id), n)))
        if lines:
            blocks.append("\n".join([part.published.contest.title, *lines]))
    if not buttons:
        return Step(Reply(NO_CONSENT, buttons=(MENU_BUTTON,)))
    blocks.append(CONSENT_TEXT)
    buttons.append(Button(BACK, _code("show")))
    return Step(Reply("\n\n".join(blocks), title=CONSENTS, buttons=tuple(buttons)))


def ask_to_erase(visit: Visit, lead: str = "") -> Step:
    """What erasing means, before it is done."""
    until = int((visit.at + _SURE_FOR).timestamp())
    buttons = (
        Button(ERASE_ALL, _code("wipe", visit.person_id, until)),
        Button(KEEP, _code("show")),
    )
    text = f"{lead}\n\n{ERASING}".strip()
    return Step(Reply(text, title=ERASE, buttons=buttons))


def _erase(visit: Visit, person: str, until: str) -> Step:
    is_own = person == str(visit.person_id)
    left = int(until[:12]) - visit.at.timestamp() if until.isdigit() else -1
    if not is_own or not 0 <= left <= _SURE_FOR.total_seconds():
        return ask_to_erase(visit, TOO_OLD)
    return Step(Reply(ERASED), erases=True)


async def _change_consent(visit: Visit, verb: str, mark: str, place: int) -> Step:
    part = next((p for p in await _parts(visit) if mark_of(p.published.id) == mark), None)
    if part is None or place >= len(part.purposes):
        return Step(Reply(UNKNOWN, buttons=(MENU_BUTTON,)))
    purpose = part.purposes[place]
    if verb == "ask":
        return _ask_to_leave(part, place)
    if part.gives(purpose) is not (verb == "on"):
        given = ConsentGiven(
            purpose.key,
            part.published.contest.registration.consent.text_version,
            verb == "on",
            by_guardian=False,
            at=visit.at,
            channel=visit.channel,
        )
        await contest_entrants.add_consents(visit.tx, part.entrant.id, [given])
    if verb != "on" and purpose.required:
        await contest_people.forget(visit.tx, [part.entrant.id])
        return Step(Reply(LEFT, buttons=(MENU_BUTTON,)))
    return await show_consents(visit, GIVEN_AGAIN if verb == "on" else WITHDRAWN)


def _ask_to_leave(part: _Part, place: int) -> Step:
    buttons = (
        Button(LEAVE, _code("leave", mark_of(part.published.id), place)),
        Button(KEEP, _code("agreed")),
    )
    return Step(Reply(LEAVING, title=part.published.contest.title, buttons=buttons))


async def _parts(visit: Visit) -> list[_Part]:
    found = []
    for published in await visit.contests():
        entrant = await visit.entrant(published)
        if entrant is not None:
            given = await contest_entrants.list_consents(visit.tx, entrant.id)
            found.append(_Part(published, entrant, standing_consents(given)))
    return found


async def _tell(visit: Visit, part: _Part) -> str:
    """One contest: what was registered, what was agreed to, how often it was played."""
    contest = part.published.contest
    kept = open_registration(visit.hall.sealer, part.entrant)
    trees = visit.trees(part.published)
    shown = review(contest, kept, trees, visit.at, with_consents=False).shown
    lines = [
        f"- {label_of(one)}: {show_in_part(one, shown[one.key])}"
        for one in contest.registration.fields
        if shown.get(one.key)
    ]
    if kept.guardian is not None:
        lines.append(f"- {label_of(GUARDIAN)}: {kept.guardian.name}")
    if part.purposes:
        given = sum(map(part.gives, part.purposes))
        lines.append(f"- Đồng ý: {given}/{len(part.purposes)} mục.")
    attempts = await contest_attempts.of_entrant(visit.tx, part.entrant.id)
    lines.append(f"- Lượt thi: {len(attempts)}.")
    return "\n".join([contest.title, *lines])


def _details(held: dict[str, Any]) -> Iterator[str]:
    for asked in reversed(held["questions"]):
        at = show_time(datetime.fromisoformat(asked["asked_at"]))
        yield f"- {at}, bạn hỏi: {asked['text']}"
    for part in held["contests"]:
        for attempt in reversed(part["attempts"]):
            chosen = sum(answer["chosen"] is not None for answer in attempt["answers"])
            began = show_time(from_ms(attempt["started_ms"]))
            yield f"- {began}, một lượt thi: trả lời {chosen}/{attempt['total']} câu."


def _paged(lines: Iterator[str]) -> Iterator[str]:
    page: list[str] = []
    for line in lines:
        if page and sum(map(len, page)) + len(line) > _PAGE:
            yield "\n".join(page)
            page = []
        page.append(line)
    yield "\n".join(page) if page else "Chưa có câu hỏi hay lượt thi nào."


def _day(given: ConsentGiven) -> str:
    return show_date(vietnam_date(given.at))


def _day_in(written: str) -> str:
    return show_date(vietnam_date(datetime.fromisoformat(written)))


def _code(verb: str, *arguments: object) -> str:
    return ":".join([_KIND, verb, *map(str, arguments)])
