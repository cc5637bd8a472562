"""What holds for the shipped base beyond `test_whole_base.py`: reviews, citations, links, milestones."""

from __future__ import annotations

from collections import Counter

from bot.knowledge.citations import render_citations
from bot.knowledge.model import Base, Status
from bot.knowledge.variables import milestone_day
from tests.conftest import TODAY

# The last article of documents that are cited; nothing beyond can be right.
LAST_ARTICLE = {
    "luat-bau-cu": 98,
    "hien-phap": 120,
    "bo-luat-hinh-su": 426,
    "luat-to-chuc-quoc-hoi": 102,
    "luat-quoc-tich": 44,
    "luat-to-tung-hanh-chinh": 372,
}


def test_every_starter_was_read_by_somebody_and_not_in_the_future(base: Base) -> None:
    for entry in base.entries.values():
        if entry.status is Status.STARTER:
            assert entry.reviewed is not None, entry.id
            assert entry.reviewed.by, entry.id
            assert entry.reviewed.on <= TODAY, entry.id


def test_every_entry_that_is_said_names_its_legal_basis(base: Base) -> None:
    for entry in base.spoken:
        assert render_citations(entry.citations, base.laws), entry.id


def test_every_cited_article_can_exist(base: Base) -> None:
    cited = [c for entry in base.entries.values() for c in entry.citations]
    cited += [c for milestone in base.elections.milestones for c in milestone.citations]
    assert len(cited) > 500
    for citation in cited:
        assert citation.law in base.laws
        assert citation.article is None or citation.article >= 1, citation
        # An amending law has a clause for each article that it changes.
        assert citation.clause is None or 1 <= citation.clause <= 60, citation
        assert citation.point is None or len(citation.point) == 1, citation
        if citation.law in LAST_ARTICLE and citation.article is not None:
            assert citation.article <= LAST_ARTICLE[citation.law], citation


def test_the_election_law_is_what_is_cited_most(base: Base) -> None:
    cited = Counter(c.law for entry in base.spoken for c in entry.citations)
    assert cited.most_common(1)[0][0] == "luat-bau-cu"


def test_the_articles_that_the_amendment_changed_are_known(base: Base) -> None:
    (change,) = base.laws["luat-bau-cu"].changes
    assert change.by == "luat-sua-doi-bau-cu"
    assert {4, 29, 35, 98} <= change.articles
    assert 2 not in change.articles


def test_related_entries_can_be_said(base: Base) -> None:
    said = {entry.id for entry in base.spoken}
    assert [e.id for e in base.spoken if not set(e.related) <= said] == []


def test_no_answer_is_also_its_detail(base: Base) -> None:
    assert [e.id for e in base.spoken if e.answer.strip() == e.detail.strip()] == []


def test_no_text_breaks_a_sentence_off(base: Base) -> None:
    for entry in base.spoken:
        for text in filter(None, (entry.answer, entry.detail)):
            assert text.rstrip('»”")} ')[-1] in ".!?:…" or text.endswith("}"), (
                entry.id,
                text[-40:],
            )
            assert "\ufffd" not in text, entry.id
            assert "TODO" not in text, entry.id


def test_the_milestones_that_were_kept_were_kept_in_time(base: Base) -> None:
    election = base.elections.reference
    assert election is not None
    assert str(election.day) == "2026-03-15"
    kept = [
        (m, m.actual[election.id]) for m in base.elections.milestones if election.id in m.actual
    ]
    assert kept
    for milestone, day in kept:
        if milestone.kind == "deadline":
            assert day <= milestone_day(milestone, election), milestone.id


def test_both_elections_are_known_with_their_figures(base: Base) -> None:
    days = {str(election.day): election for election in base.elections.all}
    assert {"2021-05-23", "2026-03-15"} <= days.keys()
    assert all(days[day].figures for day in ("2021-05-23", "2026-03-15"))
    assert base.elections.next is None
