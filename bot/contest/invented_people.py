"""Made-up people for a rehearsal: names out of short lists, numbers that nobody has.

What they hand in is what the contest's own fields take, so it is registered by the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from bot.clock import vietnam_date
from bot.contest.fields import PLACES_TREE, options_of
from bot.contest.registration import Form, Guardian, fields_to_ask
from bot.contest.rules import Contest, Field
from bot.contest.typed import Trees

_FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý",
    "Đinh", "Hà", "Tô", "Chu", "Lưu", "Mai", "Trịnh", "Đào", "Cao", "Lương", "Triệu", "Bàn",
)  # fmt: skip
_MIDDLE = {
    "Nam": ("Văn", "Đức", "Minh", "Quang", "Hữu", "Xuân", "Công", "Thành", "Quốc", "Duy", "Tiến"),
    "Nữ": ("Thị", "Thu", "Ngọc", "Thanh", "Hồng", "Bích", "Thùy", "Kim", "Diệu", "Phương", "Mai"),
}
_GIVEN = {
    "Nam": (
        "An", "Bình", "Cường", "Dũng", "Đạt", "Giang", "Hải", "Hiếu", "Hùng", "Khánh", "Kiên",
        "Lâm", "Long", "Nam", "Phong", "Phúc", "Quân", "Sơn", "Thắng", "Toàn", "Trung", "Tuấn",
        "Việt", "Vinh",
    ),
    "Nữ": (
        "Anh", "Chi", "Dung", "Hà", "Hạnh", "Hiền", "Hoa", "Hương", "Lan", "Liên", "Linh", "Ly",
        "Nga", "Ngân", "Nhung", "Oanh", "Quyên", "Tâm", "Thảo", "Thúy", "Trang", "Tuyết", "Vân",
        "Yến",
    ),
}  # fmt: skip
_GIVES_OPTIONAL = 0.85
_AGREES = 0.8
_SHARES_PHONE = 0.01
_WOMEN = 0.54
_YOUNGEST, _OLDEST = 12, 85
_BY_AGE = ((18, 3.0), (31, 2.5), (46, 2.0), (61, 1.2), (200, 0.3))
"""How eagerly people below an age take part, beside each other."""


class Inventor:
    """Makes up forms for a contest; the same `Random` gives the same person."""

    def __init__(self, contest: Contest, trees: Trees) -> None:
        self._contest = contest
        self._fields = fields_to_ask(contest)
        self._options = {one.key: _options(contest, one, trees) for one in self._fields}
        self._day = vietnam_date(min(one.opens_at for one in contest.rounds))
        who = contest.eligibility
        oldest = _OLDEST if who.max_age is None else who.max_age
        youngest = min(_YOUNGEST if who.min_age is None else who.min_age, oldest)
        self._ages = range(youngest, oldest + 1)
        self._by_age = list(accumulate(_eagerness(age) for age in self._ages))

    def form(self, rng: Random, number: int, *, is_guarded_below: int | None) -> Form:
        """What person `number` hands in; whoever is younger than given has a guardian who agrees."""
        gender = "Nữ" if rng.random() < _WOMEN else "Nam"
        (age,) = rng.choices(self._ages, cum_weights=self._by_age)
        born = self._born(rng, age)
        values = {}
        for one in self._fields:
            text = self._value(one, rng, number, gender, born)
            if text and (one.required or rng.random() < _GIVES_OPTIONAL):
                values[str(one.key)] = text
        consents = {
            str(one.key): one.required or rng.random() < _AGREES
            for one in self._contest.registration.consent.purposes
        }
        guardian = None
        # A year more: he may have his birthday before he registers, or play in the year after.
        if is_guarded_below is not None and age <= is_guarded_below:
            guardian = Guardian(_name(rng, rng.choice(("Nam", "Nữ"))), agrees=True)
        return Form(values, consents, guardian)

    def _born(self, rng: Random, age: int) -> date:
        year = timedelta(days=365.2425)
        return self._day - age * year - timedelta(days=rng.randrange(1, 365))

    def _value(self, one: Field, rng: Random, number: int, gender: str, born: date) -> str:
        options = self._options[one.key]
        if one.type in ("enum", "unit"):
            return gender if gender in options else _leaning(rng, options)
        if one.type == "phone" and number and rng.random() < _SHARES_PHONE:
            number -= 1
        made: dict[str, str] = {
            "date": born.isoformat(),
            # No operator has numbers that begin with 050, no citizen card a 9 in the fourth place.
            "phone": f"050{number % 10_000_000:07}",
            "id_number": f"0969{number % 100_000_000:08}",
            "email": f"nguoi{number}@mo-phong.example",
            "text": "Mô phỏng",
        }
        return _name(rng, gender) if one.type == "name" else made[one.type]


def _options(contest: Contest, one: Field, trees: Trees) -> list[str]:
    """What may be chosen in a field by those who may play, what people lean to in front."""
    who = contest.eligibility
    if one.type == "enum":
        allowed = who.groups_allowed if one.key == "doi_tuong" else ()
        return [option for option in options_of(one) if not allowed or option in allowed]
    if one.type != "unit":
        return []
    if (one.tree or PLACES_TREE) == PLACES_TREE:
        units = [unit for unit in trees.places.units if unit.valid_to is None]
        wanted = set(who.residence.units)
        if who.residence.scope == "commune":
            units = [unit for unit in units if unit.code in wanted]
        elif who.residence.scope == "province":
            wanted |= {p.name for p in trees.places.provinces if p.code in wanted}
            units = [unit for unit in units if unit.province in wanted]
        found = [unit.code for unit in units]
    else:
        found = [str(unit.id) for unit in trees.own.units]
    return Random(0).sample(found, len(found))  # noqa: S311 nothing secret


def _name(rng: Random, gender: str) -> str:
    return f"{rng.choice(_FAMILY)} {rng.choice(_MIDDLE[gender])} {rng.choice(_GIVEN[gender])}"


def _eagerness(age: int) -> float:
    return next(weight for below, weight in _BY_AGE if age < below)


def _leaning(rng: Random, items: Sequence[str]) -> str:
    """One of the items, those in front more often; the last ones now and then."""
    if not items:
        return ""
    return items[int(len(items) * rng.random() ** 1.6)]
