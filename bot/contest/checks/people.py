"""Who may play and what they are asked: fields, consent, guardians, units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.contest.checks.subject import Subject
from bot.contest.fields import PLACES_TREE, options_of
from bot.contest.rules import Field
from bot.errors import Fault

CHILD = 16
"""Years: below that age the law wants a guardian's consent as well (Law on Children 2016)."""
_OLDEST = 120


def check_people(on: Subject) -> Iterator[Fault]:
    """Every fault of eligibility and registration."""
    yield from _fields(on)
    for sentence, key in (*_ages(on), *_groups(on)):
        yield on.fault(sentence, "eligibility", key)
    yield from _consent(on)
    yield from _units(on)
    limits = on.contest.attempts
    for name in ("max_total", "max_per_round", "max_per_day"):
        limit = getattr(limits, name)
        if limit is not None and limit < 1:
            yield on.fault(
                "Số lượt phải từ 1 trở lên; không giới hạn thì ghi null.", "attempts", name
            )
    if limits.min_gap_s < 0:
        yield on.fault("Khoảng cách giữa hai lượt (giây) không được âm.", "attempts", "min_gap_s")


def _fields(on: Subject) -> Iterator[Fault]:
    fields = on.contest.registration.fields
    for name, times in Counter(f.key for f in fields).items():
        if times > 1:
            yield on.fault(f"Trường «{name}» khai {times} lần.", "registration", "fields")
    for place, field in enumerate(fields):
        for sentence in _field(on, field):
            yield on.fault(sentence, "registration", "fields", place)


def _field(on: Subject, field: Field) -> Iterator[str]:
    if field.type == "enum" and len(options_of(field)) < 2:
        yield f"Trường «{field.key}» cần danh sách lựa chọn (options)."
    if field.type != "enum" and field.options:
        yield f"Chỉ trường kiểu enum mới có options; «{field.key}» là {field.type}."
    if len(set(field.options)) < len(field.options):
        yield f"Trường «{field.key}» có lựa chọn viết hai lần."
    if field.type == "unit" and field.tree is None:
        yield f"Trường «{field.key}» phải nói chọn từ cây đơn vị nào (tree)."
    if field.tree is not None and field.tree not in (PLACES_TREE, on.units.tree):
        yield f"Không có cây đơn vị nào tên «{field.tree}»."


def _ages(on: Subject) -> Iterator[tuple[str, str]]:
    who = on.contest.eligibility
    asks_birth = any(f.type == "date" for f in on.contest.registration.fields)
    for key, age in (("min_age", who.min_age), ("max_age", who.max_age)):
        if age is not None and not 0 < age <= _OLDEST:
            yield f"Tuổi phải từ 1 đến {_OLDEST}.", key
        if age is not None and not asks_birth:
            yield "Có giới hạn tuổi thì phải hỏi ngày sinh (trường kiểu date).", key
    if who.min_age and who.max_age and who.max_age < who.min_age:
        yield "Tuổi tối đa nhỏ hơn tuổi tối thiểu.", "max_age"


def _groups(on: Subject) -> Iterator[tuple[str, str]]:
    who, fields = on.contest.eligibility, on.contest.registration.fields
    group = next((f for f in fields if f.key == "doi_tuong"), None)
    if who.groups_allowed:
        missing = set(who.groups_allowed) - set(options_of(group) if group else ())
        if missing:
            said = f"«{min(missing)}» không phải là lựa chọn của trường doi_tuong."
            yield said, "groups_allowed"
    if who.residence.scope != "any":
        if not any(f.type == "unit" and f.tree == PLACES_TREE for f in fields):
            yield (
                "Có giới hạn nơi ở thì phải hỏi nơi ở (trường unit, tree: hanh_chinh).",
                "residence",
            )
        if not who.residence.units:
            yield "Chưa ghi mã tỉnh hoặc xã được tham gia (units).", "residence"
        known = {p.code for p in on.base.places.provinces} | set(on.base.places.by_code)
        for code in who.residence.units:
            if code not in known:
                yield f"Không có tỉnh, xã nào mang mã «{code}».", "residence"
    for role, times in Counter(e.role for e in who.exclusions).items():
        if times > 1:
            yield f"Vai trò «{role}» viết {times} lần.", "exclusions"


def _consent(on: Subject) -> Iterator[Fault]:
    registration, consent = on.contest.registration, on.contest.registration.consent
    path = ("registration", "consent")
    if not registration.fields:
        return
    if not any(purpose.required for purpose in consent.purposes):
        yield on.fault("Có hỏi thông tin cá nhân thì phải có mục đích bắt buộc đồng ý.", *path)
    for place, purpose in enumerate(consent.purposes):
        if not purpose.text:
            said = f"Mục đích «{purpose.key}» chưa có lời xin đồng ý (text)."
            yield on.fault(said, *path, "purposes", place)
    youngest = on.contest.eligibility.min_age
    if (youngest is None or youngest < CHILD) and (consent.guardian_under_age or 0) < CHILD:
        yield on.fault(
            f"Người dưới {CHILD} tuổi được thi thì phải có bước đồng ý của cha mẹ, người giám hộ: "
            f"guardian_under_age: {CHILD}.",
            *path,
            "guardian_under_age",
        )


def _units(on: Subject) -> Iterator[Fault]:
    units = {unit.id: unit for unit in on.units.units}
    if len(units) < len(on.units.units):
        yield on.fault("Trong units.yaml có mã đơn vị dùng hai lần.", "registration", "fields")
    for unit in on.units.units:
        if unit.parent is not None and unit.parent not in units:
            said = f"units.yaml: đơn vị «{unit.id}» thuộc «{unit.parent}», mã này không có."
            yield on.fault(said, "registration", "fields")
    asked = {f.tree for f in on.contest.registration.fields if f.tree}
    if on.units.tree in asked and not units:
        said = f"Chưa có tệp units.yaml liệt kê các đơn vị của cây «{on.units.tree}»."
        yield on.fault(said, "registration", "fields")
