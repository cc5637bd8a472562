"""The statuses of an entry in words, and how they are coloured."""

from __future__ import annotations

from bot.knowledge.model import Status

STATUS_TITLES = {
    Status.APPROVED: "Đã duyệt",
    Status.STARTER: "Bản khởi tạo",
    Status.DRAFT: "Bản nháp",
    Status.RETIRED: "Ngừng dùng",
}
STATUS_TAGS = {
    Status.APPROVED: "good",
    Status.STARTER: "wait",
    Status.DRAFT: "",
    Status.RETIRED: "bad",
}
