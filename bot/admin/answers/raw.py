"""An entry as the lines of its file, for whoever prefers YAML; faults stand at their line."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.answers.desk import RAW, Desk, Standing
from bot.admin.answers.diff import diff_lines
from bot.admin.answers.editor import PROPOSED, SAVED, actor_of, look, titles
from bot.admin.answers.listing import PATH, READERS
from bot.admin.visit import Visit
from bot.errors import Fault, InputRefused, KnowledgeFaulty
from bot.knowledge import edit
from bot.knowledge.edit import EntryChanged


@dataclass(frozen=True, slots=True)
class Raw:
    """The page `/admin/cau-tra-loi/{entry}/yaml`."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The route of the lines."""
        path = f"{PATH}/{{entry}}/yaml"
        return [self.desk.office.page(path, self.show, take=self.take, roles=READERS)]

    async def show(self, visit: Visit) -> Response:
        """The lines of the entry."""
        standing = await look(self.desk, visit)
        return await self._page(visit, standing, standing.written.text)

    async def take(self, visit: Visit) -> Response:
        """Keeps other lines, by the same rules as the form."""
        standing = await look(self.desk, visit)
        now, text = standing.written, visit.form.raw("yaml").rstrip()
        if visit.form.text("mark") != now.mark:
            fault = Fault(now.file, 0, "", str(EntryChanged(now)))
            return await self._page(visit, standing, text, [fault], 409)
        _, faults = edit.read_lines(text, now.entry.part, now.file, now.line)
        if not faults:
            try:
                at_once = await self.desk.save_text(actor_of(visit), now, text, RAW)
            except KnowledgeFaulty as error:
                # They stand at the line of the entry in its file: here that is the first one.
                faults = [Fault(f.file, 1, f.entry, f.sentence) for f in error.faults]
            except InputRefused as error:
                faults = [Fault(now.file, 0, "", str(error))]
            else:
                path = f"{PATH}/{now.entry.id}/yaml"
                return await self.desk.office.go(visit, path, SAVED if at_once else PROPOSED)
        return await self._page(visit, standing, text, faults, 422)

    async def _page(
        self,
        visit: Visit,
        standing: Standing,
        text: str,
        faults: list[Fault] | None = None,
        status: int = 200,
    ) -> Response:
        now = standing.written
        lines = text.split("\n")
        told = [(fault, lines[fault.line - 1 : fault.line]) for fault in faults or []]
        changed = diff_lines(now.text, text) if status == 409 else []
        return await self.desk.office.show(
            visit,
            "yaml.html",
            status=status,
            entry=now.entry,
            written=now,
            text=text,
            rows=min(max(len(lines) + 2, 12), 60),
            faults=told,
            changed=changed,
            **titles(),
        )
