"""`serve`, `chat` and `ask`: ways of talking to the bot."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import utc_now, vietnam_date
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.dialogue.snapshot import Snapshot
    from bot.knowledge.live import Live

app = typer.Typer(
    help="Hỏi đáp pháp luật về bầu cử.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def serve() -> None:
    """Chạy dịch vụ: trang hỏi đáp và các kênh đã có mã truy cập."""
    from bot.server import run

    run(load_settings())


@app.command()
def chat(
    name: Annotated[
        str,
        typer.Option("--as", help="Tên của bạn; lần sau ghi lại tên này để nói tiếp, thi tiếp."),
    ] = "",
) -> None:
    """Trò chuyện ngay trong cửa sổ dòng lệnh."""
    from bot.channels.console import talk_in_terminal
    from bot.contest.caretaker import Caretaker
    from bot.dialogue.contest.hall import Hall
    from bot.secret_key import open_sealer
    from bot.server import open_database

    settings = load_settings()

    async def run() -> None:
        live = open_live(settings)
        async with open_database(settings) as database:
            hall = Hall(await open_sealer(settings, database))
            await Caretaker(database, hall.shelf, lambda: live.current.contests).make_round()
            await talk_in_terminal(database, lambda: live.current, hall=hall, name=name)

    asyncio.run(run())


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="Câu hỏi, có dấu hay không dấu đều được.")],
    as_json: Annotated[bool, typer.Option("--json", help="In ra dạng JSON.")] = False,
) -> None:
    """Hỏi một câu và in câu trả lời."""
    from bot.dialogue.advise import advise
    from bot.dialogue.question import describe

    snapshot = open_live(load_settings()).current
    advice = advise(snapshot, text, vietnam_date(utc_now()))
    told = describe(snapshot, advice)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "outcome": advice.outcome,
                    "entries": list(advice.entries),
                    "score": round(advice.score, 4),
                    "text": told,
                    "citations": list(advice.citations),
                },
                ensure_ascii=False,
            )
        )
        return
    typer.echo(told)
    for citation in advice.citations:
        typer.echo(f"• {citation}")


def open_live(settings: Settings) -> Live[Snapshot]:
    """The knowledge of the settings' folder, live."""
    from bot.dialogue.snapshot import build_snapshot
    from bot.keep import Keep
    from bot.knowledge.live import Live

    folder, keep = settings.knowledge_dir, Keep(settings.data_dir / "kept")
    return Live(
        folder,
        lambda base: build_snapshot(base, folder, say_starters=settings.say_starters, keep=keep),
        told=lambda snapshot: snapshot.contests.faults,
        keep=keep,
    )
