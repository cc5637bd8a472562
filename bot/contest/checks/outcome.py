"""What the result leads to: a ranking that ends, a prediction that says what it counts, prizes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bot.contest.checks.subject import Subject
from bot.contest.fields import PLACES_TREE, options_of
from bot.contest.outcome import Collective, PrizeSet
from bot.contest.words import Target
from bot.errors import Fault
from bot.language.fold import fold, tidy

PUBLIC_FIELDS = (
    "giai",
    "hang",
    "ho_ten",
    "don_vi",
    "so_cau_dung",
    "diem",
    "du_doan",
    "thoi_gian",
)
"""What a published list of winners may show; never a phone number, an identity number, an address."""
_TARGETS: dict[Target, str] = {
    "persons_all_correct": "số người trả lời đúng tất cả các câu",
    "persons": "số người dự thi",
    "attempts": "số lượt thi",
    "attempts_all_correct": "số lượt thi đúng tất cả các câu",
}
_COUNTED = re.compile(r"\b(nguoi|luot|bai du thi|bai thi)\b")
_NEEDS_HEADS = ("ratio_to_headcount", "composite")


def check_outcome(on: Subject) -> Iterator[Fault]:
    """Every fault of prediction, ranking, prizes and publication."""
    yield from _prediction(on)
    if not on.contest.is_practice:
        for sentence, key in _ranking(on):
            yield on.fault(sentence, "ranking", key)
    yield from _prizes(on)
    yield from _publication(on)


def _prediction(on: Subject) -> Iterator[Fault]:
    asked = on.contest.prediction
    keys = [key.key for key in on.contest.ranking.keys]
    if not asked.enabled:
        if "prediction_distance" in keys:
            yield on.fault("Xếp hạng theo dự đoán thì phải bật câu dự đoán.", "ranking", "keys")
        return
    if not asked.text:
        yield on.fault("Chưa có lời của câu dự đoán (text).", "prediction")
    elif counted_by(asked.text) != asked.target:
        said = _TARGETS[asked.target]
        yield on.fault(
            f"Câu dự đoán hỏi một số khác với target: {asked.target} là {said}.",
            "prediction",
            "text",
        )
    if not 0 <= asked.min < asked.max:
        yield on.fault("Khoảng dự đoán phải có min từ 0 và nhỏ hơn max.", "prediction", "max")
    if "prediction_distance" not in keys:
        said = "Có câu dự đoán nhưng xếp hạng không dùng đến (prediction_distance)."
        yield on.fault(said, "ranking", "keys")


def counted_by(text: str) -> Target:
    """What the words of a prediction question ask people to guess."""
    asked = fold(text)
    at = asked.find("bao nhieu")
    found = _COUNTED.search(asked, max(at, 0)) or _COUNTED.search(asked)
    is_persons = found is None or found[1] == "nguoi"
    # With its marks: "dung" alone is also "dùng", "dừng" and "dựng".
    if "đúng" in tidy(text).lower():
        return "persons_all_correct" if is_persons else "attempts_all_correct"
    return "persons" if is_persons else "attempts"


def _ranking(on: Subject) -> Iterator[tuple[str, str]]:
    ranking = on.contest.ranking
    if not ranking.keys:
        yield "Chưa có tiêu chí xếp hạng nào (keys).", "keys"
    for name, times in Counter(key.key for key in ranking.keys).items():
        if times > 1:
            yield f"Tiêu chí «{name}» viết {times} lần.", "keys"
    if ranking.last_resort is None:
        yield (
            "Hai người bằng nhau ở mọi tiêu chí thì chưa biết xếp ai trước. Hãy ghi last_resort: "
            "draw_lots (bốc thăm), share (đồng giải) hoặc board_decision (ban tổ chức quyết định).",
            "last_resort",
        )
    gate = ranking.gate
    if gate is not None and gate.min_correct != "all" and gate.min_correct < 0:
        yield "Số câu đúng tối thiểu không được âm.", "gate"
    if ranking.segments:
        fields = on.contest.registration.fields
        asked = next((f for f in fields if f.key == ranking.segment_by), None)
        for missing in set(ranking.segments) - set(options_of(asked) if asked else ()):
            said = f"Bảng xếp hạng riêng «{missing}» không phải là lựa chọn của trường "
            yield f"{said}«{ranking.segment_by}».", "segments"
    best = on.contest.attempts.best_by
    known = {"ranking", *(key.key for key in ranking.keys)}
    if not best or not set(best) <= known:
        yield "best_by chỉ dùng ranking hoặc các tiêu chí đã có trong keys.", "keys"


def _prizes(on: Subject) -> Iterator[Fault]:
    prizes, contest = on.contest.prizes, on.contest
    total = contest.ranking.contest_total
    used = {r.prizes for r in contest.rounds} | ({total.prizes} if total else set())
    for name, one in prizes.sets.items():
        if name not in used:
            yield on.fault("Không có vòng nào trao bộ giải này.", "prizes", name)
        for sentence in _prize_set(on, one):
            yield on.fault(sentence, "prizes", name)
    if total and total.prizes is not None and total.prizes not in prizes.sets:
        said = f"Không có bộ giải nào tên «{total.prizes}» trong prizes."
        yield on.fault(said, "ranking", "contest_total")
    for place, collective in enumerate(prizes.collective):
        for sentence in _collective(on, collective):
            yield on.fault(sentence, "prizes", "collective", place)


def _prize_set(on: Subject, prizes: PrizeSet) -> Iterator[str]:
    total = sum(tier.count for tier in prizes.individual)
    expected = on.contest.expected_persons
    if not prizes.individual:
        yield "Bộ giải này chưa có giải nào (individual)."
    if any(tier.count < 1 or tier.value < 0 for tier in prizes.individual):
        yield "Mỗi giải phải có từ 1 suất và tiền thưởng không âm."
    if expected is not None and total > expected:
        yield f"Có {total} giải mà chỉ dự kiến {expected} người thi (expected_persons)."
    for limit in (prizes.max_per_person_round, prizes.max_per_person_contest):
        if limit is not None and limit < 1:
            yield "Số giải tối đa của một người phải từ 1 trở lên; không giới hạn thì ghi null."
    names = [tier.name for tier in prizes.individual]
    if len(set(names)) < len(names):
        yield "Có hai giải trùng tên."


def _collective(on: Subject, collective: Collective) -> Iterator[str]:
    asked = {f.tree for f in on.contest.registration.fields if f.tree}
    if collective.tree not in asked:
        yield f"Không có trường đăng ký nào hỏi đơn vị theo cây «{collective.tree}»."
    if not collective.tiers or min(collective.tiers) < 1:
        yield "Giải tập thể phải ghi số suất của từng hạng (tiers), mỗi hạng từ 1."
    for what in (collective.names, collective.values):
        if what and len(what) != len(collective.tiers):
            yield "Số tên giải, số mức thưởng phải bằng số hạng (tiers)."
    if collective.level is not None and collective.level not in _levels(on, collective):
        yield f"Cây «{collective.tree}» không có cấp «{collective.level}»."
    if collective.metric in _NEEDS_HEADS:
        yield from _heads(on, collective)
    if collective.metric == "composite":
        won = {tier.name for one in on.contest.prizes.sets.values() for tier in one.individual}
        for name in on.contest.prizes.composite.prize_points:
            if name not in won:
                yield f"Công thức tính điểm nhắc giải «{name}», mà không có giải nào tên đó."


def _levels(on: Subject, collective: Collective) -> tuple[str, ...]:
    if collective.tree == PLACES_TREE:
        return ("tinh", "xa")
    return tuple(dict.fromkeys(unit.level for unit in on.units.units))


def _heads(on: Subject, collective: Collective) -> Iterator[str]:
    """A ratio needs the head-count of every unit, or some unit would win by having none."""
    if collective.tree == PLACES_TREE:
        who = on.contest.eligibility.residence.units
        units = [u.code for u in on.base.places.units if u.valid_to is None]
        wanted = [code for code in who if code in units] or units
        missing = [code for code in wanted if not on.units.headcounts.get(code)]
    else:
        level = collective.level
        wanted = [u.id for u in on.units.units if level in (None, u.level)]
        missing = [u.id for u in on.units.units if u.id in wanted and not u.headcount]
    if on.contest.prizes.headcounts.source == "none" or missing or not wanted:
        which = f" Còn thiếu: {', '.join(missing[:5])}." if missing else ""
        yield f"Tính theo tỷ lệ thì mọi đơn vị phải có sĩ số trong units.yaml.{which}"


def _publication(on: Subject) -> Iterator[Fault]:
    results = on.contest.results
    for name in results.public_fields:
        if name not in PUBLIC_FIELDS:
            allowed = ", ".join(PUBLIC_FIELDS)
            said = f"Không được công bố «{name}». Chỉ được công bố: {allowed}."
            yield on.fault(said, "results", "public_fields")
    days = results.publish_after_days
    if not 0 <= days.min <= days.max:
        yield on.fault("Số ngày công bố phải có min không lớn hơn max.", "results")
    if results.small_cell_min < 1:
        yield on.fault("small_cell_min phải từ 1 trở lên.", "results", "small_cell_min")
    if on.contest.registration.fields and not on.contest.data.controller:
        said = "Chưa ghi ai chịu trách nhiệm về dữ liệu cá nhân (data.controller)."
        yield on.fault(said, "data")
    if on.contest.data.contact_retention_days_after_award < 0:
        yield on.fault("Số ngày giữ thông tin liên hệ không được âm.", "data")
