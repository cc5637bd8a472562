"""`contest simulate`: a whole contest played by made-up people, to rehearse everything after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import show_time, utc_now, vietnam_date
from bot.commands.contest import ContestId, need_definition, run
from bot.knowledge.load import load
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.commands.contest import Session


def simulate(
    contest_id: ContestId,
    people: Annotated[int, typer.Option("--people", min=1, help="Số người dự thi.")],
    seed: Annotated[str, typer.Option("--seed", help="Mầm ngẫu nhiên: cùng mầm, cùng dữ liệu.")],
    attempts: Annotated[
        int | None,
        typer.Option(
            "--attempts", min=0, help="Tổng số lượt thi; bỏ trống thì mỗi người hai lượt."
        ),
    ] = None,
) -> None:
    """Tập dượt: đổ vào cơ sở dữ liệu trống những người và bài thi do máy tạo ra."""
    definition = need_definition(contest_id)

    async def work(opened: Session) -> None:
        from rich.console import Console
        from rich.progress import Progress

        from bot.contest.rehearsal import Wanted
        from bot.contest.rehearsal import simulate as fill
        from bot.contest.results import ranked_rounds
        from bot.secret_key import open_sealer

        settings, now = load_settings(), utc_now()
        sealer = await open_sealer(settings, opened.database)
        places = load(settings.knowledge_dir, vietnam_date(now)).base.places
        wanted = Wanted(seed, people, attempts)
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("Đang tạo người và bài thi", total=people)
            done = await fill(
                opened.database, opened.shelf, definition, sealer, places, wanted, now,
                lambda more: bar.advance(task, more),
            )  # fmt: skip
        typer.echo(
            f"Đã tạo {done.people} người, {done.attempts} lượt thi, {done.answers} câu trả lời "
            f"(kênh mo-phong, mầm {seed})."
        )
        for one in done.left_out:
            typer.echo(f"{one.label} chỉ dành cho người được chọn từ vòng khác nên để trống.")
        for one in ranked_rounds(done.published):
            if not done.published.is_over(one, now):
                end = one.closing_words or (show_time(one.closes_at) if one.closes_at else "")
                typer.echo(f"{one.label} chưa đóng ({end}): đến lúc đó mới chốt được kết quả.")

    run(work)
