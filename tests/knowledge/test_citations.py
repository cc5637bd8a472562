from __future__ import annotations

from datetime import date

import pytest

from bot.knowledge.citations import changes_of, gather_citations, render_citation, render_citations
from bot.knowledge.model import Base, Change, Citation, Law

LAWS = {
    law.id: law
    for law in (
        Law(
            id="bau-cu",
            number="85/2015/QH13",
            short="Luật Bầu cử",
            title="Luật Bầu cử đại biểu Quốc hội",
            changes=(
                Change("sua", date(2025, 7, 1), frozenset({29, 30})),
                Change("sua-nua", date(2027, 1, 1), frozenset({29})),
                Change("dinh-chinh", date(2025, 9, 1), frozenset({29})),
            ),
        ),
        Law("hien-phap", "Hiến pháp 2013", "Hiến pháp 2013", "Hiến pháp"),
        Law("nghi-quyet", "40/NQ-HĐBCQG", "Nghị quyết 40/NQ-HĐBCQG", "Nghị quyết"),
    )
}


@pytest.mark.parametrize(
    ("citation", "rendered"),
    [
        (Citation("bau-cu", 2), "Điều 2 Luật Bầu cử số 85/2015/QH13"),
        (Citation("bau-cu", 2, 1), "Khoản 1 Điều 2 Luật Bầu cử số 85/2015/QH13"),
        (Citation("bau-cu", 2, 1, "đ"), "Điểm đ khoản 1 Điều 2 Luật Bầu cử số 85/2015/QH13"),
        (Citation("bau-cu", 2, None, "a"), "Điểm a Điều 2 Luật Bầu cử số 85/2015/QH13"),
        (Citation("bau-cu"), "Luật Bầu cử số 85/2015/QH13"),
        (
            Citation("bau-cu", 30, 2),
            "Khoản 2 Điều 30 Luật Bầu cử số 85/2015/QH13 (sửa đổi, bổ sung năm 2025)",
        ),
        (
            Citation("bau-cu", 29),
            "Điều 29 Luật Bầu cử số 85/2015/QH13 (sửa đổi, bổ sung năm 2025, 2027)",
        ),
        (Citation("hien-phap", 27), "Điều 27 Hiến pháp 2013"),
        (Citation("nghi-quyet", 4), "Điều 4 Nghị quyết 40/NQ-HĐBCQG"),
        (Citation("nghi-quyet"), "Nghị quyết 40/NQ-HĐBCQG"),
    ],
)
def test_a_citation_is_written_as_legal_texts_do(citation: Citation, rendered: str) -> None:
    assert render_citation(citation, LAWS) == rendered


def test_each_citation_stands_once_in_the_order_of_the_entry() -> None:
    cited = [Citation("hien-phap", 27), Citation("bau-cu", 2), Citation("hien-phap", 27)]
    assert render_citations(cited, LAWS) == [
        "Điều 27 Hiến pháp 2013",
        "Điều 2 Luật Bầu cử số 85/2015/QH13",
    ]
    assert render_citations([], LAWS) == []


def test_only_changes_of_the_cited_article_count() -> None:
    law = LAWS["bau-cu"]
    assert [c.by for c in changes_of(Citation("bau-cu", 29), law)] == [
        "sua",
        "sua-nua",
        "dinh-chinh",
    ]
    assert changes_of(Citation("bau-cu", 2), law) == []
    assert changes_of(Citation("bau-cu"), law) == []


def test_every_citation_of_the_base_reads_well(base: Base) -> None:
    for entry in base.spoken:
        for line in render_citations(entry.citations, base.laws):
            assert line[0].isupper(), (entry.id, line)
            assert line == " ".join(line.split()), (entry.id, line)
            assert not any(line.count(law.number) > 1 for law in base.laws.values()), line
            assert not {"None", "{", "}"} & set(line.split()), (entry.id, line)


def test_gathered_citations_name_each_document_once(base: Base) -> None:
    cited = [
        Citation("luat-bau-cu", 69, 3),
        Citation("luat-bau-cu", 34),
        Citation("luat-bau-cu", 69, 1),
        Citation("luat-bau-cu", 29, 1, "a"),
        Citation("hien-phap", 27),
    ]
    assert gather_citations(cited, base.laws) == (
        "Khoản 1, 3 Điều 69, Điều 34, điểm a khoản 1 Điều 29 Luật Bầu cử đại biểu Quốc hội và đại "
        "biểu HĐND số 85/2015/QH13 (sửa đổi, bổ sung năm 2025); Điều 27 Hiến pháp 2013"
    )
    assert gather_citations([], base.laws) == ""


def test_gathered_citations_of_an_entry_lose_no_place(base: Base) -> None:
    for entry in base.spoken:
        told = gather_citations(entry.citations, base.laws)
        for citation in entry.citations:
            assert base.laws[citation.law].short.lower() in told.lower()
            assert citation.article is None or f"Điều {citation.article}" in told
