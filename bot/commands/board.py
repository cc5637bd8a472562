"""`contest` for the board: decisions, equals, winners, disqualifications, faults and incidents."""

from __future__ import annotations

import csv
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import VIETNAM, show_time, utc_now
from bot.commands.contest import By, ContestId, RoundId, Session, run
from bot.errors import InputRefused

if TYPE_CHECKING:
    from bot.contest.document import Published
    from bot.contest.words import FaultAction
    from bot.store.contest_measures import StoredMeasure
    from bot.store.database import Tx

app = typer.Typer()

Reason = Annotated[str, typer.Option("--reason", help="Lý do; được ghi vào nhật ký.")]
Entrant = Annotated[int, typer.Argument(help="Số của thí sinh.")]
NeededRound = Annotated[str, typer.Option("--round", help="Mã vòng thi.")]
Measure = Annotated[int, typer.Argument(help="Số của đề xuất.")]
Award = Annotated[int, typer.Argument(help="Số của giải.")]
Ids = Annotated[
    Path, typer.Option("--list", help="Tệp ghi mỗi dòng một số (thí sinh hoặc lượt thi).")
]
Instant = Annotated[str, typer.Option(help="Giờ Việt Nam, viết như 2026-03-15T19:00.")]

_Deed = Callable[["Tx", "Published"], Awaitable[Any]]


@app.command()
def decide(
    contest_id: ContestId,
    by: By,
    number: Annotated[str, typer.Option("--number", help="Số quyết định.")] = "",
    round_id: RoundId = None,
) -> None:
    """Ghi quyết định công nhận kết quả; từ đó kết quả không đổi nữa."""
    from bot.contest import results

    _do(contest_id, lambda tx, p: results.decide(tx, p, round_id, number, by, utc_now()))
    typer.echo("Đã ghi quyết định.")


@app.command()
def lots(
    contest_id: ContestId,
    by: By,
    round_id: RoundId = None,
    seed: Annotated[str | None, typer.Option("--seed", help="Mã bốc thăm đã chọn trước.")] = None,
) -> None:
    """Bốc thăm giữa những người bằng nhau; mã bốc thăm được ghi lại để ai cũng kiểm tra được."""
    from bot.contest import results

    _do(contest_id, lambda tx, p: results.draw_lots(tx, p, round_id, by, utc_now(), seed))
    typer.echo("Đã bốc thăm và tính lại.")


@app.command()
def place(
    contest_id: ContestId,
    entrants: Annotated[list[int], typer.Argument(help="Số thí sinh, người đứng trước ghi trước.")],
    by: By,
    reason: Reason,
    round_id: RoundId = None,
) -> None:
    """Ghi thứ tự ban tổ chức quyết định cho những người bằng nhau."""
    from bot.contest import results

    _do(
        contest_id,
        lambda tx, p: results.place_equals(tx, p, round_id, entrants, reason, by, utc_now()),
    )
    typer.echo("Đã ghi thứ tự và tính lại.")


@app.command(name="verify-award")
def verify_award(contest_id: ContestId, award: Award, by: By, note: Reason = "") -> None:
    """Ghi rằng đã đối chiếu giấy tờ của người đạt giải; cấp mã chứng nhận."""
    from bot.contest import prizes

    done = _do(contest_id, lambda tx, p: prizes.verify_award(tx, p, award, note, by, utc_now()))
    typer.echo(f"Đã xác minh. Mã chứng nhận: {done.code}")


@app.command(name="pass-down")
def pass_down(contest_id: ContestId, award: Award, by: By, reason: Reason) -> None:
    """Người đạt giải không nhận hoặc không đủ điều kiện; giải chuyển cho người kế tiếp."""
    from bot.contest import prizes

    _do(contest_id, lambda tx, p: prizes.pass_down(tx, p, award, reason, by, utc_now()))
    typer.echo("Đã chuyển giải.")


@app.command()
def disqualify(
    contest_id: ContestId,
    entrant: Entrant,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Mã lý do ghi trong thể lệ.")],
    note: Annotated[str, typer.Option("--note", help="Diễn giải.")] = "",
) -> None:
    """Loại một thí sinh; tính lại kết quả (contest close) thì giải mới chuyển."""
    from bot.contest import discipline

    _do(
        contest_id,
        lambda tx, p: discipline.disqualify(tx, p, entrant, reason, note, by, utc_now()),
    )
    typer.echo("Đã loại.")


@app.command()
def reinstate(contest_id: ContestId, entrant: Entrant, by: By, reason: Reason) -> None:
    """Khôi phục một thí sinh đã bị loại."""
    from bot.contest import discipline

    _do(contest_id, lambda tx, p: discipline.lift(tx, p, entrant, reason, by, utc_now()))
    typer.echo("Đã khôi phục.")


@app.command()
def regrade(
    contest_id: ContestId,
    question: Annotated[str, typer.Argument(help="Mã câu hỏi.")],
    by: By,
    reason: Reason,
    action: Annotated[
        str, typer.Option("--action", help="rekey, accept_several, full_marks hoặc drop.")
    ] = "rekey",
    accept: Annotated[
        list[str] | None, typer.Option("--accept", help="Đáp án đúng, ví dụ b hoặc a,c.")
    ] = None,
    version: Annotated[int, typer.Option("--version", help="Phiên bản của câu hỏi.")] = 1,
) -> None:
    """Đề xuất xử lý một câu hỏi sai; in số liệu trước và sau. Người khác duyệt mới có hiệu lực."""
    from bot.contest import measures

    actions: tuple[FaultAction, ...] = ("rekey", "accept_several", "full_marks", "drop")
    kind = next((name for name in actions if name == action), None)
    if kind is None:
        raise InputRefused(f"--action phải là một trong: {', '.join(actions)}.")
    sets = [tuple(options.split(",")) for options in accept or ()]
    _propose(
        contest_id,
        lambda tx, p: measures.propose_fault(
            tx, p, kind, (question, version), sets, reason, by, utc_now()
        ),
    )


@app.command()
def extend(
    contest_id: ContestId, round_id: NeededRound, until: Instant, by: By, reason: Reason
) -> None:
    """Đề xuất gia hạn một vòng thi."""
    from bot.contest import measures

    closes = _instant(until)
    _propose(
        contest_id,
        lambda tx, p: measures.propose_extension(tx, p, round_id, closes, reason, by, utc_now()),
    )


@app.command()
def reopen(
    contest_id: ContestId,
    round_id: NeededRound,
    start: Instant,
    until: Instant,
    by: By,
    reason: Reason,
) -> None:
    """Đề xuất mở lại một vòng thi trong một khung giờ."""
    from bot.contest import measures

    opens, closes = _instant(start), _instant(until)
    _propose(
        contest_id,
        lambda tx, p: measures.propose_reopening(
            tx, p, round_id, opens, closes, reason, by, utc_now()
        ),
    )


@app.command()
def grant(
    contest_id: ContestId,
    round_id: NeededRound,
    file: Ids,
    by: By,
    reason: Reason,
    extra: Annotated[int, typer.Option("--extra", help="Số lượt cho thêm mỗi người.")] = 1,
) -> None:
    """Đề xuất cho những thí sinh trong tệp thêm lượt thi."""
    from bot.contest import measures

    ids = _read_ids(file)
    _propose(
        contest_id,
        lambda tx, p: measures.propose_grant(tx, p, round_id, ids, extra, reason, by, utc_now()),
    )


@app.command()
def void(contest_id: ContestId, file: Ids, by: By, reason: Reason) -> None:
    """Đề xuất hủy các lượt thi trong tệp."""
    from bot.contest import measures

    ids = _read_ids(file)
    _propose(contest_id, lambda tx, p: measures.propose_void(tx, p, ids, reason, by, utc_now()))


@app.command()
def approve(contest_id: ContestId, measure: Measure, by: By) -> None:
    """Duyệt một đề xuất của người khác; mọi kết quả liên quan được tính lại."""

    async def work(opened: Session) -> None:
        from bot.contest import measures

        newer = await opened.write(
            contest_id,
            lambda tx, p: measures.approve(tx, opened.shelf, p, measure, by, utc_now()),
        )
        typer.echo(f"Đã duyệt; cuộc thi có bản công bố {newer.version}.")

    run(work)


@app.command()
def reject(contest_id: ContestId, measure: Measure, by: By, reason: Reason) -> None:
    """Bác một đề xuất."""
    from bot.contest import measures

    _do(contest_id, lambda tx, p: measures.reject(tx, p, measure, reason, by, utc_now()))
    typer.echo("Đã bác đề xuất.")


@app.command(name="measures")
def list_measures(contest_id: ContestId) -> None:
    """Liệt kê các đề xuất xử lý câu hỏi sai và sự cố."""
    from bot.store import contest_measures

    found: list[StoredMeasure] = _do(
        contest_id, lambda tx, p: contest_measures.list_measures(tx, p.id)
    )
    for stored in found:
        _tell(stored)


def _do(contest_id: str, deed: _Deed) -> Any:
    """What a deed gives, in a transaction of its own."""
    found: list[Any] = []

    async def work(opened: Session) -> None:
        found.append(await opened.write(contest_id, deed))

    run(work)
    return found[0]


def _propose(contest_id: str, deed: _Deed) -> None:
    stored = _do(contest_id, deed)
    _tell(stored)
    typer.echo(
        f"Người khác duyệt bằng lệnh: python -m bot contest approve {contest_id} {stored.id} "
        "--by TÊN"
    )


def _tell(stored: StoredMeasure) -> None:
    typer.echo(
        f"Đề xuất {stored.id}: {stored.kind}, {stored.state}, {stored.proposed_by}, "
        f"{show_time(stored.proposed_at)}. Lý do: {stored.reason}"
    )
    typer.echo(f"  Thay đổi: {json.dumps(stored.figures.get('changed'), ensure_ascii=False)}")
    for round_id, told in stored.figures.get("rounds", {}).items():
        before, after = told["before"], told["after"]
        for name, words in _WORDS.items():
            typer.echo(f"  {round_id}: {words}: {before[name]} → {after[name]}")
        typer.echo(f"  {round_id}: được giải: {told['win']}; mất giải: {told['lose']}")


_WORDS = {
    "persons": "số người",
    "attempts": "số lượt",
    "persons_all_correct": "người đúng tất cả",
    "actual": "số thực tế của câu dự đoán",
}


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputRefused(
            f"«{text}» không phải là ngày giờ. Hãy viết như 2026-03-15T19:00."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)


def _read_ids(file: Path) -> list[int]:
    """The numbers of a file, one a line; a heading or a comma-separated sheet is read too."""
    try:
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(f"Không đọc được tệp {file}.") from error
    cells = [row[0].strip() for row in rows if row and row[0].strip()]
    wrong = [cell for n, cell in enumerate(cells) if not cell.isdigit() and n]
    if wrong:
        raise InputRefused(f"Trong tệp {file} có dòng không phải là số: «{wrong[0]}».")
    return [int(cell) for cell in cells if cell.isdigit()]
