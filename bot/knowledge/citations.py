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


def changes_of(citation: Citation, law: Law) -> list[Change]:
    """The changes that touched the cited article; none for a citation of a whole document."""
    return [c for c in law.changes if citation.article in c.articles]
