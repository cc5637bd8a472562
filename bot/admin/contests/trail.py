"""The trail of a contest: who did what, with the chain that shows a row changed or taken out."""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.room import Room
from bot.admin.visit import Visit
from bot.reports.labels import DEEDS
from bot.store import contest_audit


@dataclass(frozen=True, slots=True)
class Trail:
    """The page `/nhat-ky` of a contest."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The route of the trail."""
        return [self.room.page("/nhat-ky", self.show)]

    async def show(self, visit: Visit) -> Response:
        """The trail, newest first, and whether its chain holds."""
        published = await self.room.published(visit)
        async with self.room.office.database.reading() as tx:
            paging = visit.paging(await contest_audit.count(tx, published.id))
            rows = await contest_audit.newest(tx, published.id, paging.offset, paging.rows)
            broken = await contest_audit.first_broken_link(tx, published.id)
        return await self.room.show(
            visit,
            published,
            "thi/nhat-ky-thi.html",
            rows=[(row, DEEDS.get(row.action, row.action), _told(row.data)) for row in rows],
            paging=paging,
            broken=broken,
        )


def _told(data: object) -> str:
    """What was done, in a line; empty values are left out."""
    if not isinstance(data, dict):
        return json.dumps(data, ensure_ascii=False)
    parts = [
        f"{_KEYS.get(key, key)}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for key, value in data.items()
        if value not in (None, "", [], {})
    ]
    return "; ".join(parts)


_KEYS = {
    "entrant": "thí sinh",
    "reason": "lý do",
    "round": "vòng",
    "edition": "lần tính",
    "digest": "mã kiểm tra",
    "actual": "số thực tế",
    "version": "bản",
    "sha256": "SHA-256",
    "measure": "đề xuất",
    "kind": "loại",
    "number": "số quyết định",
    "award": "giải",
    "note": "ghi chú",
    "seed": "mã bốc thăm",
    "lots": "kết quả bốc thăm",
    "order": "thứ tự",
    "fields": "mục",
    "full": "bản đầy đủ",
    "format": "dạng",
    "flag": "cảnh báo",
    "state": "kết luận",
    "complaint": "khiếu nại",
    "in_time": "đúng hạn",
    "was": "tình trạng trước",
    "list": "danh sách",
    "count": "số lượng",
}
