"""Everything that may be done with an entry, for whichever page asks: the rules stand here.

What an approver stands for (question, answer, detail, citations) reaches citizens only under the
name of one: new words of an entry that is being said wait as a proposal, while the old ones go on
being said. What only helps to find an entry (phrasings, related, readers) is written at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.admin.office import Office
from bot.clock import vietnam_date
from bot.errors import Fault, InputRefused, KnowledgeFaulty
from bot.knowledge import edit
from bot.knowledge.booklet.draft import slug
from bot.knowledge.edit import EntryChanged, Written, is_said, mark_of
from bot.knowledge.lint import Neighbours
from bot.knowledge.model import Base, Entry, Place, Review, Status
from bot.knowledge.roundtrip import APPROVED_FIELDS
from bot.store import admin_audit, admin_users, entry_versions
from bot.store.database import Tx
from bot.store.entry_versions import FILE, PROPOSED, Proposal

EDIT, APPROVE, RETIRE, RESTORE, RAW, NEW = "edit", "approve", "retire", "restore", "raw", "new"
SAME_PERSON = (
    "Bạn là người sửa cuối cùng nên không tự duyệt được. Hãy nhờ một người có quyền duyệt khác."
)
_LOOKED_BACK = 20
_FOUND_BY = ("phrasings", "related", "audience", "valid_from", "valid_to", "family")
NOTHING = "Bạn chưa sửa gì nên không có gì để lưu."


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts and when; `signature` stands under what he approves."""

    name: str
    signature: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry as it stands: in its file, who wrote it last, and what waits for an approver.

    `proposer` is the full name of whoever wrote what waits.
    """

    written: Written
    author: str
    proposal: Proposal | None
    proposer: str = ""


class Desk:
    """The acts on entries. Every one leaves a version and a line of the audit."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.same_person = office.same_person
        self._neighbours: Neighbours | None = None
        self._lock = asyncio.Lock()

    @property
    def library(self) -> Base:
        """Every entry as the files have it, drafts and silenced starters too."""
        return self.office.snapshot.written

    async def read(self, entry_id: str) -> Written:
        """The entry as it stands in its file now. Raises `NoSuchEntry`."""
        known = self.library.entries.get(entry_id)
        file = known.place.file if known else ""
        return await asyncio.to_thread(edit.read_entry, self.office.knowledge, entry_id, file)

    async def look(self, entry_id: str) -> Standing:
        """The entry with all that is known of it. Raises `NoSuchEntry`."""
        written = await self.read(entry_id)
        async with self.office.database.reading() as tx:
            proposal = await entry_versions.proposal_of(tx, entry_id)
            author = await _author_of(tx, written)
            user = await admin_users.find(tx, proposal.by) if proposal else None
        return Standing(written, author, proposal, user.full_name if user else "")

    async def check(self, entry: Entry, at: datetime) -> list[Fault]:
        """Every fault that the base would have with this entry in it."""
        neighbours = await self._known_neighbours()
        return await asyncio.to_thread(neighbours.check, entry, vietnam_date(at))

    async def save(
        self, actor: Actor, before: Written, changes: Mapping[str, Any], act: str = EDIT
    ) -> bool:
        """Changes fields of an entry (as `Entry` names them); False where that waits for approval.

        Raises `EntryChanged`, or `KnowledgeFaulty` with every fault that the change would make.
        """
        text = edit.change_fields(before.text, changes)
        return await self.save_text(actor, before, text, act)

    async def save_text(self, actor: Actor, before: Written, text: str, act: str) -> bool:
        """The same with the lines of the entry as they should stand."""
        entry = await self._checked(actor, before, text)
        if changed_words(before.entry, entry) and is_said(before.entry):
            if entry.status is not before.entry.status:
                raise InputRefused("Trạng thái chỉ đổi bằng các nút duyệt và ngừng dùng.")
            await self._propose(actor, before, text)
            return False
        if entry.status is not before.entry.status and is_said(entry):
            raise InputRefused("Muốn câu này được dùng, hãy bấm nút duyệt.")
        await self._write(actor, before, text, act)
        return True

    async def save_approved(
        self, actor: Actor, before: Written, changes: Mapping[str, Any]
    ) -> None:
        """Changes and approves in one go, where the same person may do both."""
        if not self.same_person:
            raise InputRefused(SAME_PERSON)
        text = edit.change_fields(before.text, changes, self._review(actor))
        await self._checked(actor, before, text)
        await self._write(actor, before, text, APPROVE)

    async def approve(self, actor: Actor, entry_id: str, mark: str) -> None:
        """Puts the actor's name under the words that he has read, and lets them be said.

        `mark` is that of the lines he has read: those of the file, or of what waits.
        Raises `EntryChanged` where others stand there now.
        """
        standing = await self.look(entry_id)
        before, waiting = standing.written, standing.proposal
        text, author = before.text, standing.author
        if waiting:
            text, author = waiting.text, waiting.by
            if waiting.based_on != before.mark:
                raise EntryChanged(before)
        if mark_of(text) != mark:
            raise EntryChanged(before)
        if author == actor.name and not self.same_person:
            raise InputRefused(SAME_PERSON)
        approved = edit.change_fields(text, {}, self._review(actor))
        await self._checked(actor, before, approved)
        await self._write(actor, before, approved, APPROVE)
        if waiting:
            async with self.office.database.transaction() as tx:
                await entry_versions.drop_proposal(tx, entry_id)

    async def set_status(
        self, actor: Actor, entry_id: str, mark: str, status: Status, act: str = RETIRE
    ) -> None:
        """Silences an entry: retired, or a draft again. Raises as `approve`."""
        before = await self.read(entry_id)
        if before.mark != mark:
            raise EntryChanged(before)
        text = edit.change_fields(before.text, {}, status=status.value)
        await self._checked(actor, before, text)
        await self._write(actor, before, text, act)

    async def withdraw(self, actor: Actor, entry_id: str) -> bool:
        """Drops the words that wait for an approver; False where none do."""
        async with self.office.database.transaction() as tx:
            proposal = await entry_versions.proposal_of(tx, entry_id)
            if not proposal:
                return False
            await entry_versions.drop_proposal(tx, entry_id)
            mark = mark_of(proposal.text)
            await admin_audit.note(
                tx, actor.name, "entry.withdraw", entry_id, actor.at, before=mark
            )
        return True

    async def add_draft(self, actor: Actor, part: str, fields: Mapping[str, Any]) -> str:
        """Adds a draft (question and answer at least) to a part of the base; its id.

        Raises `KnowledgeFaulty` with its faults, `InputRefused` where the part has no file yet.
        """
        files = [e.place.file for e in self.library.entries.values() if e.part == part]
        if not files:
            raise InputRefused("Phần này chưa có tệp nào trong kho. Bạn chọn phần khác.")
        entry_id = _free(slug(str(fields.get("question", ""))), self.library)
        blank = Entry(
            id=entry_id, part=part, question="", phrasings=(), answer="", citations=(),
            status=Status.DRAFT, reviewed=None, place=Place(files[-1], 1), family=entry_id,
        )  # fmt: skip
        entry = replace(blank, **fields)
        if not entry.question or not entry.answer:
            raise InputRefused("Bản nháp cần ít nhất câu hỏi và câu trả lời.")
        if faults := [fault for fault in await self.check(entry, actor.at) if fault.blocking]:
            raise KnowledgeFaulty(faults)
        text = edit.write_new(entry)
        await asyncio.to_thread(edit.append_entry, self.office.knowledge, files[-1], entry_id, text)
        async with self.office.database.transaction() as tx:
            await _note(tx, actor, entry_id, NEW, text, "")
        return entry_id

    async def add_phrasing(self, actor: Actor, entry_id: str, phrasing: str) -> None:
        """Lets an entry be found by one more wording. Raises `KnowledgeFaulty` or `NoSuchEntry`."""
        before = await self.read(entry_id)
        await self.save(actor, before, {"phrasings": (*before.entry.phrasings, phrasing)})

    def _review(self, actor: Actor) -> Review:
        return Review(actor.signature, vietnam_date(actor.at))

    async def _checked(self, actor: Actor, before: Written, text: str) -> Entry:
        """The entry that the lines hold. Raises `KnowledgeFaulty` with its blocking faults."""
        entry, faults = edit.read_lines(text, before.entry.part, before.file, before.line)
        if entry is None:
            raise KnowledgeFaulty(faults)
        if entry.id != before.entry.id:
            sentence = f"Mã của mục phải giữ nguyên là «{before.entry.id}»."
            raise KnowledgeFaulty([Fault(before.file, 1, before.entry.id, sentence)])
        if mark_of(text) == before.mark:
            raise InputRefused(NOTHING)
        made = [fault for fault in await self.check(entry, actor.at) if fault.blocking]
        if faults or made:
            raise KnowledgeFaulty([*faults, *made])
        return entry

    async def _write(self, actor: Actor, before: Written, text: str, act: str) -> None:
        entry_id = before.entry.id
        after = await asyncio.to_thread(edit.replace_entry, self.office.knowledge, before, text)
        # The file first: a version without it would tell of words that nobody ever read.
        async with self.office.database.transaction() as tx:
            last = await entry_versions.in_file(tx, entry_id, 1)
            if not last or last[0].mark != before.mark:
                await entry_versions.add(tx, entry_id, actor.at, "", FILE, before.text, before.mark)
            await _note(tx, actor, entry_id, act, after.text, before.mark)
            await _carry_over(tx, before, after)

    async def _propose(self, actor: Actor, before: Written, text: str) -> None:
        proposal = Proposal(before.entry.id, actor.at, actor.name, text, before.mark)
        async with self.office.database.transaction() as tx:
            await entry_versions.propose(tx, proposal)
            await _note(tx, actor, before.entry.id, PROPOSED, text, before.mark)

    async def _known_neighbours(self) -> Neighbours:
        library = self.library
        async with self._lock:
            if self._neighbours is None or self._neighbours.base is not library:
                self._neighbours = await asyncio.to_thread(Neighbours, library)
            return self._neighbours


def changed_words(before: Entry, after: Entry) -> list[str]:
    """The fields that differ of those an approver stands for."""
    return [name for name in APPROVED_FIELDS if getattr(before, name) != getattr(after, name)]


async def _note(tx: Tx, actor: Actor, entry_id: str, act: str, text: str, before: str) -> None:
    mark = mark_of(text)
    await entry_versions.add(tx, entry_id, actor.at, actor.name, act, text, mark)
    await admin_audit.note(
        tx, actor.name, f"entry.{act}", entry_id, actor.at, before=before, after=mark
    )


async def _carry_over(tx: Tx, before: Written, after: Written) -> None:
    """Lets words that wait outlive a change that does not touch words; any other ends them."""
    waiting = await entry_versions.proposal_of(tx, after.entry.id)
    if waiting is None:
        return
    if waiting.based_on != before.mark or changed_words(before.entry, after.entry):
        return  # They go on waiting; whoever reads them is told that they are behind.
    changes = {
        name: getattr(after.entry, name)
        for name in _FOUND_BY
        if getattr(after.entry, name) != getattr(before.entry, name)
    }
    text = edit.change_fields(waiting.text, changes)
    await entry_versions.propose(tx, replace(waiting, text=text, based_on=after.mark))


async def _author_of(tx: Tx, written: Written) -> str:
    """Who wrote the words that stand in the file; empty where they came with the file."""
    kept = await entry_versions.in_file(tx, written.entry.id, _LOOKED_BACK)
    if not kept or kept[0].mark != written.mark:
        return ""
    entries = [edit.read_lines(one.text, "", "", 1)[0] for one in kept]
    for version, entry, before in zip(kept, entries, [*entries[1:], None], strict=True):
        if entry is None or before is None or _words_of(entry) != _words_of(before):
            return version.by
    return kept[-1].by


def _words_of(entry: Entry) -> list[Any]:
    return [getattr(entry, name) for name in APPROVED_FIELDS if name != "status"]


def _free(stem: str, base: Base) -> str:
    chosen, count = stem or "muc-moi", 1
    while chosen in base.entries:
        count += 1
        chosen = f"{stem or 'muc-moi'}-{count}"
    return chosen
