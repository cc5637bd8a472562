"""`contest list` and `contest flags`: whom the organizer names, and what deserves a second look."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.contest import By, ContestId, Session, run
from bot.errors import InputRefused
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.contest.document import Published
    from bot.store.contest_entrants import Entrant
    from bot.store.contest_flags import Flag
    from bot.store.database import Tx

app = typer.Typer()


@app.command(name="list")
def take_list(
    contest_id: ContestId,
    name: Annotated[str, typer.Argument(help="roster, hoặc vai trò ghi trong thể lệ.")],
    file: Annotated[
        Path,
        typer.Argument(help="Tệp CSV có cột ho_ten, ngay_sinh, cccd, dien_thoai hoặc email."),
    ],
    by: By,
) -> None:
    """Nạp danh sách người được thi, hoặc không được thi, không được giải. Chỉ dấu vết được lưu."""
    rows = _read_sheet(file)

    async def work(opened: Session) -> None:
        from bot.contest.lists import read_rows
        from bot.contest.lists import take_list as take
        from bot.contest.registration import open_registration, values_by_type
        from bot.contest.typed import Trees
        from bot.knowledge.places import Places
        from bot.secret_key import open_sealer

        sealer = await open_sealer(load_settings(), opened.database)

        async def deed(tx: Tx, published: Published) -> Any:
            def values(entrant: Entrant) -> Mapping[str, str]:
                form = open_registration(sealer, entrant)
                return values_by_type(published.contest, form.values)

            trees = Trees(Places(), published.document.units)
            people = read_rows(rows, trees, utc_now())
            return await take(tx, published, sealer, name, people, values, by, utc_now())

        done = await opened.write(contest_id, deed)
        typer.echo(f"Đã nạp {len(rows)} dòng, {done.new} dấu vết mới.")
        if done.concerned:
            numbers = ", ".join(map(str, done.concerned))
            typer.echo(f"Thí sinh đã đăng ký có trong danh sách: {numbers}.")

    run(work)


@app.command()
def flags(
    contest_id: ContestId,
    uphold: Annotated[int | None, typer.Option("--uphold", help="Số cảnh báo đúng.")] = None,
    dismiss: Annotated[int | None, typer.Option("--dismiss", help="Số cảnh báo bỏ qua.")] = None,
    note: Annotated[str, typer.Option("--note", help="Ghi chú khi xem xét.")] = "",
    by: Annotated[str, typer.Option("--by", help="Ai xem xét.")] = "",
) -> None:
    """Tìm và liệt kê các dấu hiệu cần xem lại; cảnh báo không tự loại ai."""

    async def work(opened: Session) -> None:
        from bot.contest.watch import review_flag, watch
        from bot.store import contest_flags

        flag = uphold if uphold is not None else dismiss
        if flag is not None:
            if not by:
                raise InputRefused("Cần ghi ai xem xét (--by).")
            await opened.write(
                contest_id,
                lambda tx, p: review_flag(tx, p, flag, uphold is not None, note, by, utc_now()),
            )
        new = await opened.write(contest_id, lambda tx, p: watch(tx, p, utc_now()))
        found: list[Flag] = await opened.read(
            contest_id, lambda tx, p: contest_flags.list_flags(tx, p.id)
        )
        for one in found:
            typer.echo(
                f"{one.id}: {one.kind}, thí sinh {one.entrant_id}, {one.subject}: {one.detail} "
                f"({one.state})"
            )
        typer.echo(f"{len(found)} cảnh báo, {new} mới.")

    run(work)


def _read_sheet(file: Path) -> list[dict[str, str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = f"Không đọc được tệp {file}; hãy lưu dạng CSV UTF-8."
        raise InputRefused(said) from error
    lines = text.splitlines()
    separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    return [
        {str(key or "").strip(): str(value or "") for key, value in row.items()}
        for row in csv.DictReader(lines, delimiter=separator)
    ]
