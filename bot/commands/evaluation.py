"""`eval`: how often the answers are right, and fitting the matcher's numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import utc_now, vietnam_date
from bot.dialogue.advise import advise
from bot.dialogue.smalltalk import find_remark_in, is_whole_remark
from bot.dialogue.snapshot import FITTED_FILE, Snapshot, build_snapshot
from bot.errors import InputRefused
from bot.knowledge.load import load_or_refuse
from bot.knowledge.model import Base
from bot.matching.evaluate import (
    Given,
    Judged,
    Query,
    Summary,
    judge,
    misses,
    read_queries,
    summarise,
)
from bot.settings import load_settings


def evaluate(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Tệp câu hỏi dạng JSON từng dòng. Viết «fit» ở đầu để chỉnh lại máy tìm."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="In ra dạng JSON.")] = False,
    misses_out: Annotated[
        Path | None, typer.Option("--misses", help="Ghi những câu trả lời chưa đúng ra tệp này.")
    ] = None,
    keeps_emphasis: Annotated[
        bool,
        typer.Option(
            "--keep-emphasis",
            help="Khi chỉnh máy tìm: giữ sức nặng của từng từ đã học lần trước, nhanh hơn nhiều.",
        ),
    ] = False,
) -> None:
    """Đo tỷ lệ trả lời đúng trên các tệp câu hỏi."""
    fits = files[0] == "fit"
    paths = [Path(name) for name in (files[1:] if fits else files)]
    if not paths:
        raise InputRefused("Hãy ghi ít nhất một tệp câu hỏi.")
    queries = [query for path in paths for query in read_queries(path)]
    if fits:
        _fit(queries, paths, keeps_emphasis)
        return
    settings = load_settings()
    today = vietnam_date(utc_now())
    base = load_or_refuse(settings.knowledge_dir, today)
    snapshot = build_snapshot(base, settings.knowledge_dir, say_starters=settings.say_starters)
    judged = judge_all(snapshot, queries, today)
    if misses_out is not None:
        _write_misses(judged, misses_out)
    summary = summarise(judged)
    if as_json:
        typer.echo(json.dumps(summary))
    else:
        _print(summary)


def judge_all(snapshot: Snapshot, queries: list[Query], today: date) -> list[Judged]:
    """Every query judged by what a citizen would be told."""

    def ask(text: str) -> Given:
        advice = advise(snapshot, text, today)
        return advice.outcome, advice.entries

    return judge(queries, ask)


def _write_misses(judged: list[Judged], out: Path) -> None:
    lines = [
        json.dumps(
            {
                "text": miss.query.text,
                "expected": sorted(miss.query.expected),
                "verdict": miss.verdict,
                "outcome": miss.outcome,
                "given": list(miss.entries),
            },
            ensure_ascii=False,
        )
        for miss in misses(judged)
    ]
    out.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def _print(summary: Summary) -> None:
    table = Table(title=f"{summary['n']} câu hỏi")
    for heading in ("Nhóm", "Số câu", "Kết quả", "Tỷ lệ"):
        table.add_column(heading)
    inside, outside = summary["in_domain"], summary["off_topic"]
    names = {
        "answered_right": "trả lời đúng",
        "offered_right": "đưa ra lựa chọn đúng",
        "answered_wrong": "trả lời sai",
        "offered_wrong": "đưa ra lựa chọn sai",
        "refused": "nói không biết",
        "answered": "trả lời nhầm",
        "offered": "đưa ra lựa chọn",
    }
    for group, count, shares in (
        ("trong phạm vi", inside["n"], dict(inside)),
        ("ngoài phạm vi", outside["n"], dict(outside)),
    ):
        for key, share in shares.items():
            if key != "n" and isinstance(share, float):
                table.add_row(group, str(count), names[key], f"{share:.1%}")
    console = Console()
    console.print(table)
    console.print(f"Thời gian: trung vị {summary['median_ms']} ms, p95 {summary['p95_ms']} ms")


def _is_talk(base: Base, text: str) -> bool:
    """Whether a message is met as small talk or refused by its words, before any entry is given."""
    words = base.words
    return any(
        is_whole_remark(text, remarks) or find_remark_in(text, remarks)
        for remarks in (words.refusals, words.smalltalk)
    )


def _fit(queries: list[Query], paths: list[Path], keeps_emphasis: bool) -> None:
    from bot.matching.fit import Aims, fit
    from bot.matching.model import load_fitted, save_fitted

    folder = load_settings().knowledge_dir
    base = load_or_refuse(folder, vietnam_date(utc_now()))
    emphasis = load_fitted(folder / FITTED_FILE).emphasis if keeps_emphasis else None
    asked = [q for q in queries if q.expected or not _is_talk(base, q.text)]
    fitted = fit(base, asked, Aims(), emphasis)
    about = {"files": sorted(path.name for path in paths), "queries": len(queries)}
    save_fitted(replace(fitted, fitted_on=about), folder / FITTED_FILE)
    typer.echo(
        f"Đã ghi {folder / FITTED_FILE}: trả lời khi đúng chủ đề từ {fitted.answer_topic:.2f} "
        f"và đúng mục từ {fitted.answer_rank:.2f}; đưa lựa chọn từ {fitted.choose_topic:.2f}."
    )
