"""Citations in the form that Vietnamese legal writing gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.knowledge.model import Change, Citation, Law


def render_citation(citation: Citation, laws: Mapping[str, Law]) -> str:
    """One citation: "Khoản 1 Điều 29 Luật Bầu cử … số 85/2015/QH13 (sửa đổi, bổ sung năm 2025)".

    Point, clause and article stand from small to large, as Nghị định 78/2025/NĐ-CP has it.
    """
    law = laws[citation.law]
    place = []
    if citation.point:
        place.append(f"điểm {citation.point}")
    if citation.clause is not None:
        place.append(f"khoản {citation.clause}")
    if citation.article is not None:
        place.append(f"Điều {citation.article}")
    years = sorted({change.on.year for change in changes_of(citation, law)})
    changed = f" (sửa đổi, bổ sung năm {', '.join(map(str, years))})" if years else ""
    # The Constitution has no number, and some short names carry theirs.
    has_number = "/" in law.number and law.number not in law.short
    named = f"{law.short} số {law.number}" if has_number else law.short
    text = " ".join([*place, named]) + changed
    return text[0].upper() + text[1:]


def render_citations(citations: Iterable[Citation], laws: Mapping[str, Law]) -> list[str]:
    """Each citation once, in the order of the entry."""
    return list(dict.fromkeys(render_citation(c, laws) for c in citations))


def gather_citations(citations: Iterable[Citation], laws: Mapping[str, Law]) -> str:
    """All citations in one line, each document named once: for print, where room is short.

    "Khoản 1, 3 Điều 69, Điều 34 Luật Bầu cử … số 85/2015/QH13; Điều 11 Thông tư …".
    """
    by_law: dict[str, list[Citation]] = {}
    for citation in dict.fromkeys(citations):
        by_law.setdefault(citation.law, []).append(citation)
    gathered = []
    for law_id, cited in by_law.items():
        whole = render_citation(Citation(law_id), laws)
        years = {c.on.year for one in cited for c in changes_of(one, laws[law_id])}
        changed = f" (sửa đổi, bổ sung năm {', '.join(map(str, sorted(years)))})" if years else ""
        places = _places(cited)
        gathered.append(f"{places} {whole}{changed}" if places else whole)
    text = "; ".join(gathered)
    return text[:1].upper() + text[1:]


def _places(cited: Iterable[Citation]) -> str:
    """ "điểm a khoản 1 Điều 5, khoản 1, 3 Điều 69": clauses of one article stand together."""
    articles: dict[int, list[Citation]] = {}
    for citation in cited:
        if citation.article is not None:
            articles.setdefault(citation.article, []).append(citation)
    found = []
    for article, here in articles.items():
        points = [f"điểm {c.point} khoản {c.clause}" for c in here if c.point]
        clauses = sorted(c.clause for c in here if c.clause is not None and not c.point)
        if clauses:
            points.append(f"khoản {', '.join(map(str, clauses))}")
        found.append(" ".join([", ".join(points), f"Điều {article}"]).strip())
    return ", ".join(found)


def changes_of(citation: Citation, law: Law) -> list[Change]:
    """The changes that touched the cited article; none for a citation of a whole document."""
    return [c for c in law.changes if citation.article in c.articles]
