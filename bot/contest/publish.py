"""Publishing a contest: from then on it is played by these words, whatever becomes of the files."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.contest.document import Document, Measure, Published, fingerprint, merge_questions
from bot.contest.load import Contests, Definition
from bot.contest.reading import plain
from bot.contest.refusal import Refused
from bot.contest.rules import Contest
from bot.errors import InputRefused, KnowledgeFaulty
from bot.knowledge.model import Status
from bot.store import contest_attempts, contest_audit, contest_versions
from bot.store.contest_versions import Version
from bot.store.database import Database, Tx

_PROGRAM = "chương trình"
_PRACTICE_REASON = "Phần luyện tập luôn theo tệp mới nhất."
_FIXED = ("ranking", "prediction", "attempts", "papers", "rounds", "eligibility")
"""Rules by which people have already played; changing them afterwards would be unfair."""


class Shelf:
    """The published contests, each version read from the store once: it never changes."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int, str], Published] = {}

    async def current(self, tx: Tx, contest_id: str) -> Published | None:
        """The version that is played now; None where the contest was never published."""
        latest = await contest_versions.latest(tx, contest_id)
        if latest is None:
            return None
        version, sha256 = latest
        # By its fingerprint as well: a version whose transaction failed was never there.
        kept = self._kept.get((contest_id, version, sha256))
        if kept is None:
            stored = await contest_versions.read_version(tx, contest_id, version)
            if stored is None:
                return None
            kept = self._kept[contest_id, version, sha256] = await _read(tx, stored)
        return kept

    async def need(self, tx: Tx, contest_id: str) -> Published:
        """The version played now. Raises `Refused` where the contest was never published."""
        found = await self.current(tx, contest_id)
        if found is None:
            said = f"Không có cuộc thi nào mang mã «{contest_id}» đang mở."
            raise Refused("not_published", said, contest_id)
        return found


async def publish(
    tx: Tx,
    shelf: Shelf,
    definition: Definition,
    by: str,
    reason: str,
    at: datetime,
    *,
    seed: str | None = None,
) -> Published:
    """Publishes the definition as the next version, or gives the last one where nothing changed.

    `seed` decides the questions of fixed papers; by chance and secret if not given.
    Raises `KnowledgeFaulty` where a check fails, `InputRefused` where rules by which people have
    played would change, or where no reason is given for a change.
    """
    if definition.faults:
        raise KnowledgeFaulty(definition.faults)
    contest_id = str(definition.contest.id)
    await contest_audit.take_turn(tx)
    last = await shelf.current(tx, contest_id)
    if last is None:
        document = Document(
            definition.contest,
            merge_questions((), definition.questions()),
            definition.units,
            seed or secrets.token_hex(16),
            definition.rules_text,
        )
        return await _add(tx, shelf, document, by, reason or "Mở cuộc thi.", at)
    document = _next(last, definition)
    if document == last.document:
        return last
    if not reason.strip():
        raise InputRefused("Cuộc thi đã công bố. Muốn đổi thì phải ghi lý do.")
    if await contest_attempts.any_of(tx, list(last.rounds.values())):
        changed = list(_changed(last.contest, definition.contest))
        if changed:
            raise InputRefused(
                f"Đã có người thi nên không được đổi: {', '.join(changed)}. Gia hạn, mở lại, "
                "cho thi lại hoặc sửa đáp án thì dùng lệnh xử lý sự cố, có hai người duyệt."
            )
    return await _add(tx, shelf, document, by, reason, at)


def pending_changes(last: Published, definition: Definition) -> list[str]:
    """What publishing the definition would change: keys of contest.yaml, `questions`, `units`, `rules`.

    Raises `InputRefused` where it could not be published over the last version.
    """
    new, old = _next(last, definition), last.document
    before, after = plain(old.contest), plain(new.contest)
    found = [key for key in after if before.get(key) != after[key]]
    parts = {
        "questions": (old.questions, new.questions),
        "units": (old.units, new.units),
        "rules": (old.rules_text, new.rules_text),
    }
    return [*found, *(name for name, (was, now) in parts.items() if was != now)]


async def add_measure(
    tx: Tx, shelf: Shelf, last: Published, measure: Measure, by: str, reason: str, at: datetime
) -> Published:
    """Publishes the last version with one more approved measure.

    Raises `Refused` (not_allowed) where a newer version was published meanwhile.
    """
    await contest_audit.take_turn(tx)
    if await contest_versions.latest(tx, last.id) != (last.version, last.sha256):
        said = "Cuộc thi vừa có bản công bố khác. Bạn hãy xem lại rồi duyệt."
        raise Refused("not_allowed", said)
    document = replace(last.document, measures=(*last.document.measures, measure))
    return await _add(tx, shelf, document, by, reason, at)


async def publish_practice(
    database: Database, shelf: Shelf, contests: Contests, at: datetime
) -> list[str]:
    """Publishes every faultless practice whose files changed; gives their ids.

    Practice ranks nobody, so it follows its files without anybody's decision.
    """
    published = []
    for definition in contests.definitions.values():
        if not definition.contest.is_practice or definition.faults:
            continue
        contest_id = str(definition.contest.id)
        async with database.reading() as tx:
            last = await shelf.current(tx, contest_id)
        if last is not None and _next(last, definition) == last.document:
            continue
        async with database.transaction() as tx:
            await publish(tx, shelf, definition, _PROGRAM, _PRACTICE_REASON, at)
        published.append(contest_id)
    return published


def _next(last: Published, definition: Definition) -> Document:
    """The next document: old questions stay for the attempts that hold them, but leave the draw."""
    new = definition.questions()
    known = {q.name: q for q in last.document.questions}
    for question in new:
        old = known.get(question.name)
        if old is not None and _words(old) != _words(question):
            raise InputRefused(
                f"Câu «{question.id}» đã đổi lời hoặc đáp án mà chưa tăng phiên bản (version)."
            )
    ids = {q.id for q in new}
    kept = [
        q if q.id in ids else replace(q, status=Status.RETIRED) for q in last.document.questions
    ]
    return replace(
        last.document,
        contest=definition.contest,
        questions=merge_questions(kept, new),
        units=definition.units,
        rules_text=definition.rules_text,
    )


def _words(question: Any) -> Any:
    """What makes a question another one for those who answered it."""
    return (question.text, question.options, question.key, question.keep_order)


def _changed(old: Contest, new: Contest) -> Iterator[str]:
    before, after = plain(old), plain(new)
    for key in _FIXED:
        if key == "rounds":
            # A round may be added, and one that is there renamed.
            times = {r["id"]: _times(r) for r in before[key]}
            later = {r["id"]: _times(r) for r in after[key]}
            if any(later.get(name) != one for name, one in times.items()):
                yield key
        elif before[key] != after[key]:
            yield key


def _times(one: Mapping[str, Any]) -> dict[str, Any]:
    shown = ("label", "closing_words", "prizes")
    return {key: value for key, value in one.items() if key not in shown}


async def _add(
    tx: Tx, shelf: Shelf, document: Document, by: str, reason: str, at: datetime
) -> Published:
    contest_id = str(document.contest.id)
    latest = await contest_versions.latest(tx, contest_id)
    number = latest[0] + 1 if latest else 1
    text = document.to_text()
    version = Version(contest_id, number, text, fingerprint(text), reason, by, at)
    await contest_versions.add_version(tx, version)
    await contest_versions.number_rounds(tx, contest_id, [r.id for r in document.contest.rounds])
    await contest_versions.number_questions(
        tx, contest_id, [(q.id, q.version, q.level) for q in document.questions]
    )
    published = await _read(tx, version)
    await contest_versions.write_keys(
        tx, {n: (m.treatment, m.accepted) for n, m in published.markings.items()}
    )
    told = {"version": number, "sha256": version.sha256, "reason": reason}
    await contest_audit.note(tx, contest_id, by, "publish", told, at)
    return published


async def _read(tx: Tx, version: Version) -> Published:
    if fingerprint(version.document) != version.sha256:
        raise InputRefused(
            f"Bản công bố {version.version} của cuộc thi «{version.contest_id}» trong cơ sở dữ "
            "liệu đã bị sửa: không khớp với SHA-256 đã ghi. Hãy khôi phục từ bản sao lưu."
        )
    document = Document.from_text(version.document)
    return Published(
        document.contest,
        version.version,
        version.sha256,
        document,
        await contest_versions.round_numbers(tx, version.contest_id),
        await contest_versions.question_numbers(tx, version.contest_id),
    )
