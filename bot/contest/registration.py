"""Registering for a contest: what is asked, what is kept sealed, when it may be corrected."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from bot.clock import vietnam_date
from bot.contest.document import Published, to_ms
from bot.contest.eligible import Candidate, age_on, band_of, last_day_of_age, standing_of
from bot.contest.fields import PLACES_TREE
from bot.contest.lists import marks_of
from bot.contest.refusal import Refused
from bot.contest.rules import Contest, Field
from bot.contest.typed import Trees, read_field
from bot.contest.words import AskWhen, Id, Track
from bot.language.fold import fold
from bot.sealing import Sealer
from bot.store import contest_audit, contest_entrants
from bot.store.contest_entrants import ConsentGiven, Entrant
from bot.store.database import Tx

GUARDIAN = Field(Id("nguoi_giam_ho"), "name", label="Họ và tên của cha, mẹ hoặc người giám hộ")
"""What a guardian gives of himself; read and refused like a field of the form."""

_CHILD = 16


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who agreed for a child: the name as he gave it, and that he agreed."""

    name: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Form:
    """What a person handed in: raw values by the key of the field, consents by purpose."""

    values: Mapping[str, str]
    consents: Mapping[str, bool] = field(default_factory=dict)
    guardian: Guardian | None = None
    track: Track = "individual"
    referred_by: int | None = None


def fields_to_ask(contest: Contest, when: AskWhen = "at_registration") -> tuple[Field, ...]:
    """The fields that the rules ask for at that time, in their order."""
    return tuple(f for f in contest.registration.fields if f.ask_when == when)


def needs_guardian(contest: Contest, born: date | None, at: datetime) -> bool:
    """Whether a guardian must agree as well."""
    below = contest.registration.consent.guardian_under_age
    return below is not None and born is not None and age_on(born, vietnam_date(at)) < below


def born_in(contest: Contest, values: Mapping[str, str]) -> date | None:
    """The birth date among values that were read; None where the contest does not ask it."""
    keys = (one.key for one in contest.registration.fields if one.type == "date")
    text = values.get(next(keys, Id("")), "")
    return date.fromisoformat(text) if text else None


async def register(
    tx: Tx,
    published: Published,
    sealer: Sealer,
    trees: Trees,
    person_id: int,
    channel: str,
    form: Form,
    at: datetime,
) -> Entrant:
    """Registers a person for a contest.

    Raises `Refused`: already_registered, wrong_channel, closed, field (with the key as `detail`),
    consent_missing, guardian_missing, not_eligible.
    """
    contest = published.contest
    form, columns = await _examined(tx, published, sealer, trees, channel, form, at)
    entrant = await contest_entrants.add(
        tx,
        {
            "contest_id": published.id,
            "person_id": person_id,
            "registered_ms": to_ms(at),
            "channel": channel,
            "track": form.track,
            "locked_at": at if contest.registration.lock_after == "registration" else None,
            "referred_by": form.referred_by,
            "sealed": seal_form(sealer, form.values, form.guardian),
            **columns,
        },
    )
    if entrant is None:
        raise Refused("already_registered", "Bạn đã đăng ký cuộc thi này.")
    await contest_entrants.add_consents(tx, entrant.id, proofs_of(contest, form, at, channel))
    return entrant


async def rehearse(
    tx: Tx,
    published: Published,
    sealer: Sealer,
    trees: Trees,
    channel: str,
    form: Form,
    at: datetime,
) -> Form:
    """The form as it would be kept, without registering; raises as `register` does."""
    form, _ = await _examined(tx, published, sealer, trees, channel, form, at)
    return form


async def correct(
    tx: Tx,
    published: Published,
    sealer: Sealer,
    trees: Trees,
    entrant_id: int,
    values: Mapping[str, str],
    at: datetime,
    by: str | None = None,
    guardian: Guardian | None = None,
) -> Entrant:
    """Writes some fields anew; the others stay.

    People correct until the lock; after it only the organizer does, named as `by`, and the trail
    says which fields. A `guardian` is needed where a corrected birth date makes a child of him.
    Raises `Refused`: locked, field, not_eligible, not_registered, guardian_missing.
    """
    contest = published.contest
    entrant = await contest_entrants.get(tx, entrant_id, lock=True)
    if entrant is None or entrant.contest_id != published.id:
        raise Refused("not_registered", "Bạn chưa đăng ký cuộc thi này.")
    if entrant.locked_at is not None and by is None:
        said = "Thông tin đã khóa. Cần sửa thì bạn liên hệ ban tổ chức."
        raise Refused("locked", said)
    if by is not None and contest.registration.correction_by == "nobody":
        raise Refused("locked", "Thể lệ không cho sửa thông tin đã đăng ký.")
    kept = open_registration(sealer, entrant)
    checked = read_form(contest, {**kept.values, **values}, trees, at)
    columns = await _columns(tx, published, sealer, trees, checked, entrant.track, at, entrant.id)
    if entrant.standing != "active":
        columns.pop("standing")
    known = kept.guardian
    found = _read_guardian(contest, guardian or known, checked, trees, at)
    columns["sealed"] = seal_form(sealer, checked, found)
    await contest_entrants.change(tx, entrant.id, columns)
    if found is not None and known is None:
        consents = await contest_entrants.list_consents(tx, entrant.id)
        agreed = {one.purpose: one.given for one in consents if not one.by_guardian}
        signed = Form(checked, agreed, found)
        proofs = proofs_of(contest, signed, at, entrant.channel)
        await contest_entrants.add_consents(tx, entrant.id, (p for p in proofs if p.by_guardian))
    if by is not None:
        told = {"entrant": entrant.id, "fields": sorted(values)}
        await contest_audit.note(tx, published.id, by, "correct_registration", told, at)
    changed = await contest_entrants.get(tx, entrant.id)
    assert changed is not None  # noqa: S101 it is locked
    return changed


def open_registration(sealer: Sealer, entrant: Entrant) -> Form:
    """What the entrant registered with; empty once it was erased."""
    if not entrant.sealed:
        return Form({})
    data = _open(sealer, entrant.sealed)
    guardian = data.get("guardian")
    return Form(data["values"], guardian=Guardian(guardian, agrees=True) if guardian else None)


def marks_again(contest: Contest, sealer: Sealer, entrant: Entrant) -> dict[str, str | None]:
    """The fingerprints of a registration under the newest key. Raises `SealBroken`."""
    values = open_registration(sealer, entrant).values
    by_type, born = values_by_type(contest, values), born_in(contest, values)
    return _marks(sealer, by_type, born, entrant.unit or entrant.commune or "")


def sealed_values(sealer: Sealer, sealed: str) -> dict[str, str]:
    """The values of what `seal_form` sealed; empty once it was erased."""
    values: dict[str, str] = _open(sealer, sealed)["values"] if sealed else {}
    return values


def _open(sealer: Sealer, sealed: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(sealer.open(sealed))
    return data


def values_by_type(contest: Contest, values: Mapping[str, str]) -> dict[str, str]:
    """The values of a registration by the type of their field; of two of a type the first."""
    return {one.type: values.get(one.key, "") for one in reversed(contest.registration.fields)}


def read_form(
    contest: Contest, values: Mapping[str, str], trees: Trees, at: datetime
) -> dict[str, str]:
    """Every value of the contest's fields, checked; raises `Refused` (field) for the first wrong one.

    Fields that the contest does not ask are dropped, those asked at the award may be missing.
    """
    found: dict[str, str] = {}
    for one in contest.registration.fields:
        text = values.get(one.key, "")
        if not text and one.ask_when == "at_award":
            continue
        typed = read_field(one, text, trees, at)
        if typed.offered:
            names = "; ".join(unit.title for unit in typed.offered)
            raise Refused("field", f"Bạn chọn rõ một đơn vị: {names}.", one.key)
        if typed.value:
            found[one.key] = typed.value
    return found


async def _examined(
    tx: Tx,
    published: Published,
    sealer: Sealer,
    trees: Trees,
    channel: str,
    form: Form,
    at: datetime,
) -> tuple[Form, dict[str, Any]]:
    """The form as read, and its columns; raises `Refused` where it cannot be registered.

    Who may not play hears that before he is asked for anybody's consent.
    """
    contest = published.contest
    if channel not in contest.channels:
        raise Refused("wrong_channel", "Cuộc thi này không mở trên kênh bạn đang dùng.")
    if all(published.is_over(one, at) for one in contest.rounds):
        raise Refused("closed", "Cuộc thi đã kết thúc.")
    values = read_form(contest, form.values, trees, at)
    columns = await _columns(tx, published, sealer, trees, values, form.track, at)
    _check_consents(contest, form)
    guardian = _read_guardian(contest, form.guardian, values, trees, at)
    return replace(form, values=values, guardian=guardian), columns


async def _columns(
    tx: Tx,
    published: Published,
    sealer: Sealer,
    trees: Trees,
    values: Mapping[str, str],
    track: str,
    at: datetime,
    entrant_id: int | None = None,
) -> dict[str, Any]:
    """The open columns and marks; raises `Refused` where the person may not play."""
    contest = published.contest
    marks = marks_of(sealer, values_by_type(contest, values), born_in(contest, values))
    lists = await contest_entrants.lists_with(tx, published.id, marks)
    columns = columns_of(contest, sealer, trees, values, lists, at)
    if track not in contest.eligibility.tracks:
        raise Refused("not_eligible", "Cuộc thi này không nhận hình thức dự thi bạn chọn.")
    represents = columns["unit"] if track == "unit_representative" else None
    if represents and await contest_entrants.unit_is_taken(
        tx, published.id, represents, entrant_id
    ):
        raise Refused("not_eligible", "Đơn vị này đã có người đại diện dự thi.")
    return columns


def columns_of(
    contest: Contest,
    sealer: Sealer,
    trees: Trees,
    values: Mapping[str, str],
    lists: Collection[str],
    at: datetime,
) -> dict[str, Any]:
    """The open columns and marks of values that were read, of a person on these lists.

    Raises `Refused` (not_eligible) where the rules let nobody like him play.
    """
    by_type, born = values_by_type(contest, values), born_in(contest, values)
    units = {one.tree: values.get(one.key) for one in contest.registration.fields if one.tree}
    commune = units.get(Id(PLACES_TREE))
    place = trees.places.by_code.get(commune or "")
    province = _province_code(trees, place.province) if place else None
    unit = next((code for tree, code in units.items() if tree != PLACES_TREE), None)
    nationality = values.get("quoc_tich")
    person = Candidate(born, commune, province, values.get("doi_tuong"), nationality, lists)
    standing = standing_of(contest, person, at)
    return {
        "standing": standing,
        "is_child": born is not None and age_on(born, vietnam_date(at)) < _CHILD,
        "eligible_until": last_day_of_age(contest, born),
        "unit": unit,
        "commune": commune,
        "province": province,
        "age_band": band_of(age_on(born, vietnam_date(at))) if born else None,
        "gender": values.get("gioi_tinh"),
        "group": values.get("doi_tuong"),
        "occupation": values.get("nghe_nghiep"),
        "segment": _segment(contest, values),
        **_marks(sealer, by_type, born, unit or commune or ""),
    }


def _segment(contest: Contest, values: Mapping[str, str]) -> str:
    """The ranking list that the person belongs to; empty where all are in one."""
    chosen = values.get(contest.ranking.segment_by, "")
    return chosen if chosen in contest.ranking.segments else ""


def _marks(
    sealer: Sealer, by_type: Mapping[str, str], born: date | None, unit: str
) -> dict[str, str | None]:
    """Keyed fingerprints by which doubles are noticed; they cannot be read back."""
    name = by_type.get("name", "")
    person = f"{fold(name)}|{born}|{unit}" if name and born else ""
    found = {
        "phone_mark": ("phone", by_type.get("phone", "")),
        "id_mark": ("id", by_type.get("id_number", "")),
        "email_mark": ("email", by_type.get("email", "")),
        "person_mark": ("person", person),
    }
    return {
        column: sealer.fingerprint(f"{kind}:{text}") if text else None
        for column, (kind, text) in found.items()
    }


def _check_consents(contest: Contest, form: Form) -> None:
    if not contest.registration.fields:
        return
    for purpose in contest.registration.consent.purposes:
        if purpose.required and not form.consents.get(purpose.key, False):
            said = f"Bạn cần đồng ý thì mới dự thi được: {purpose.text}"
            raise Refused("consent_missing", said, purpose.key)


def _read_guardian(
    contest: Contest,
    given: Guardian | None,
    values: Mapping[str, str],
    trees: Trees,
    at: datetime,
) -> Guardian | None:
    """The guardian as he is kept; None where nobody needs to agree."""
    if not needs_guardian(contest, born_in(contest, values), at):
        return None
    if given is None or not given.agrees or not given.name.strip():
        below = contest.registration.consent.guardian_under_age
        said = f"Bạn chưa đủ {below} tuổi nên cần cha mẹ hoặc người giám hộ đồng ý."
        raise Refused("guardian_missing", said)
    return Guardian(read_field(GUARDIAN, given.name, trees, at).value, agrees=True)


def proofs_of(contest: Contest, form: Form, at: datetime, channel: str) -> list[ConsentGiven]:
    """A proof for every purpose asked, given or not; a guardian's beside the child's own."""
    consent = contest.registration.consent
    signers = [False, True] if form.guardian else [False]
    return [
        ConsentGiven(
            purpose.key,
            consent.text_version,
            bool(form.consents.get(purpose.key, False)),
            by_guardian,
            at,
            channel,
        )
        for purpose in consent.purposes
        for by_guardian in signers
    ]


def seal_form(sealer: Sealer, values: Mapping[str, str], guardian: Guardian | None) -> str:
    """What was registered with, as it is stored; empty where there is nothing."""
    name = guardian.name if guardian else ""
    data = {"values": dict(values), **({"guardian": name} if name else {})}
    return sealer.seal(json.dumps(data, ensure_ascii=False)) if data["values"] or name else ""


def _province_code(trees: Trees, name: str) -> str | None:
    found = (p.code for p in trees.places.provinces if name in (p.code, p.name))
    return next(found, None)
