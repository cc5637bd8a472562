"""`contest`: check, open, close and prove contests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import show_time, utc_now, vietnam_date
from bot.contest.load import Contests, Definition, load_contests
from bot.errors import InputRefused
from bot.knowledge.load import load
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.contest.document import Published
    from bot.contest.publish import Shelf
    from bot.store.database import Database, Tx

app = typer.Typer(help="Tổ chức thi: kiểm tra, mở, đóng, kết quả.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Argument(help="Thư mục kiến thức; bỏ trống thì lấy thư mục đang dùng.")
]
AsJson = Annotated[bool, typer.Option("--json", help="In ra dạng JSON.")]
ContestId = Annotated[str, typer.Argument(help="Mã cuộc thi (tên thư mục).")]
RoundId = Annotated[
    str | None, typer.Option("--round", help="Mã vòng thi; bỏ trống là cả cuộc thi.")
]
By = Annotated[str, typer.Option("--by", help="Ai làm việc này; tên được ghi vào nhật ký.")]
_ROWS = 20


@dataclass(frozen=True, slots=True)
class Session:
    """The database with the published contests, for one command."""

    database: Database
    shelf: Shelf

    async def write(self, contest_id: str, deed: Callable[[Tx, Published], Awaitable[Any]]) -> Any:
        """What a deed on a published contest gives, in one transaction."""
        async with self.database.transaction() as tx:
            return await deed(tx, await self.shelf.need(tx, contest_id))

    async def read(self, contest_id: str, look: Callable[[Tx, Published], Awaitable[Any]]) -> Any:
        """What a look at a published contest gives."""
        async with self.database.reading() as tx:
            return await look(tx, await self.shelf.need(tx, contest_id))


@asynccontextmanager
async def session() -> AsyncIterator[Session]:
    """The database of the settings, migrated, for one command."""
    from bot.contest.publish import Shelf
    from bot.server import open_database

    async with open_database(load_settings()) as database:
        yield Session(database, Shelf())


def run(work: Callable[[Session], Coroutine[Any, Any, None]]) -> None:
    """Runs the work of a command in a session."""

    async def within() -> None:
        async with session() as opened:
            await work(opened)

    asyncio.run(within())


@app.command()
def lint(folder: Folder = None, as_json: AsJson = False) -> None:
    """Kiểm tra mọi cuộc thi và ngân hàng câu hỏi; in từng lỗi kèm tệp và dòng."""
    contests = load_definitions(folder)
    if as_json:
        typer.echo(json.dumps([asdict(f) for f in contests.faults], ensure_ascii=False))
    else:
        for fault in contests.faults:
            typer.echo(str(fault))
        count = len(contests.definitions)
        typer.echo(f"{count} cuộc thi, {len(contests.faults)} lỗi.")
    if contests.faults:
        raise typer.Exit(1)


@app.command(name="open")
def open_contest(
    contest_id: ContestId,
    by: By,
    reason: Annotated[
        str, typer.Option("--reason", help="Lý do, khi đổi một cuộc thi đã mở.")
    ] = "",
) -> None:
    """Công bố cuộc thi theo tệp hiện tại; từ đó chỉ bản này được thi."""
    definition = need_definition(contest_id)

    async def work(opened: Session) -> None:
        from bot.contest.publish import publish

        async with opened.database.transaction() as tx:
            done = await publish(tx, opened.shelf, definition, by, reason, utc_now())
        typer.echo(f"{done.contest.title}: bản {done.version}, SHA-256 {done.sha256}.")
        for one in done.contest.rounds:
            end = one.closing_words or (show_time(one.closes_at) if one.closes_at else "không đóng")
            typer.echo(f"  {one.id}: {one.label}, mở {show_time(one.opens_at)}, đến {end}.")

    run(work)


@app.command()
def status(contest_id: ContestId) -> None:
    """Cho biết cuộc thi đang thế nào: bản công bố, từng vòng, số người, số lượt."""

    async def look(tx: Tx, published: Published) -> None:
        from bot.contest.live import live_counts
        from bot.store import contest_entrants

        registered = await contest_entrants.count(tx, published.id)
        typer.echo(
            f"{published.contest.title}: bản {published.version}, {registered} người đăng ký."
        )
        for one in published.contest.rounds:
            found = await live_counts(tx, published, one, utc_now(), for_public=False)
            typer.echo(
                f"  {one.id}: {found.state}; {found.persons} người, {found.attempts} lượt đã nộp, "
                f"{found.playing} đang làm."
            )

    run(lambda opened: opened.read(contest_id, look))


@app.command()
def close(contest_id: ContestId, by: By, round_id: RoundId = None) -> None:
    """Chốt một vòng đã hết giờ: kết thúc bài quá giờ, tính xếp hạng và giải."""

    async def work(opened: Session) -> None:
        from bot.contest.computing import compute_aside

        done = await compute_aside(
            opened.database, opened.shelf, contest_id, round_id, by, utc_now()
        )
        await _tell_result(opened, contest_id, round_id)
        typer.echo(f"Mã kiểm tra bảng xếp hạng (SHA-256): {done.result.digest}")

    run(work)


@app.command()
def results(contest_id: ContestId, round_id: RoundId = None, as_json: AsJson = False) -> None:
    """In kết quả đã tính: số liệu, đầu bảng xếp hạng, giải."""

    async def work(opened: Session) -> None:
        if as_json:
            told = await opened.read(
                contest_id, lambda tx, published: _as_data(tx, published, round_id)
            )
            typer.echo(json.dumps(told, ensure_ascii=False, default=str))
            return
        await _tell_result(opened, contest_id, round_id)

    run(work)


@app.command()
def verify(contest_id: ContestId) -> None:
    """Tính lại mọi điểm, hạng, giải từ bài làm gốc rồi so với kết quả đã lưu."""
    failed = False

    async def work(opened: Session) -> None:
        nonlocal failed
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn

        from bot.contest.verify import verify as compute_anew

        with Progress(
            SpinnerColumn(), TextColumn("{task.description}: {task.completed:.0f} lượt thi"),
            console=Console(stderr=True), transient=True,
        ) as bar:  # fmt: skip
            task = bar.add_task("Đang tính lại")
            async with opened.database.reading() as tx:
                report = await compute_anew(
                    tx, opened.shelf, contest_id, lambda _round, n: bar.advance(task, n)
                )
        for difference in report.differences:
            typer.echo(difference)
        if report.more:
            typer.echo(f"… và {report.more} chỗ khác nữa.")
        typer.echo(
            f"Đã tính lại {report.attempts} lượt thi, {report.answers} câu trả lời, "
            f"{report.results} kết quả: {'khớp tất cả' if report.holds else 'CÓ CHỖ KHÔNG KHỚP'}."
        )
        failed = not report.holds

    run(work)
    if failed:
        raise typer.Exit(1)


def load_definitions(folder: Path | None = None) -> Contests:
    """The contests of a knowledge folder, by default of the one in use, with their faults."""
    place, today = folder or load_settings().knowledge_dir, vietnam_date(utc_now())
    return load_contests(place, load(place, today).base, today)


def need_definition(contest_id: str) -> Definition:
    """The contest of this id in the files. Raises `InputRefused` where none can be read."""
    contests = load_definitions()
    definition = contests.definitions.get(contest_id)
    if definition is None:
        for fault in contests.faults:
            typer.echo(str(fault), err=True)
        raise InputRefused(f"Không có cuộc thi nào mang mã «{contest_id}» đọc được.")
    return definition


async def _tell_result(opened: Session, contest_id: str, round_id: str | None) -> None:
    told = await opened.read(contest_id, lambda tx, p: _as_data(tx, p, round_id))
    result = told["result"]
    state = (
        f"đã có quyết định {result['decision_number']}"
        if result["decided_at"]
        else "chưa có quyết định"
    )
    typer.echo(
        f"Lần tính {result['edition']} ({state}): {result['persons']} người, {result['attempts']} "
        f"lượt, {result['all_correct']} người đúng tất cả; số thực tế: {result['actual']}."
    )
    for row in told["ranking"]:
        segment = f" [{row['segment']}]" if row["segment"] else ""
        typer.echo(
            f"  hạng {row['rank']}{segment}: thí sinh {row['entrant_id']}, đúng {row['correct']}, "
            f"lệch dự đoán {row['prediction_distance']}, {row['duration_ms']} ms"
        )
    for award in told["awards"]:
        who = award["unit"] or f"thí sinh {award['entrant_id']}"
        typer.echo(f"  giải {award['name']} (số {award['id']}): {who}, {award['state']}")
    for tie in told["ties"]:
        typer.echo(f"  hạng {tie['rank']} còn bằng nhau: {', '.join(map(str, tie['entrants']))}")


async def _as_data(tx: Tx, published: Published, round_id: str | None) -> dict[str, Any]:
    """A result with the head of its ranking, its prizes and what is still to be decided."""
    from bot.contest.prizes import prize_ties
    from bot.contest.results import need_result
    from bot.store import contest_awards, contest_results

    result = await need_result(tx, published, round_id)
    head = []
    for segment in await contest_results.segments(tx, result.id):
        head += await contest_results.page(tx, result.id, segment, 0, _ROWS)
    ties = await prize_ties(tx, published, result)
    return {
        "result": asdict(result),
        "ranking": head,
        "awards": [asdict(a) for a in await contest_awards.of_result(tx, result.id)],
        "ties": [asdict(tie) for tie in ties],
    }
