"""A whole form looked at in one go: every fault beside its field, so that one correction is enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.contest.fields import PLACES_TREE, label_of
from bot.contest.refusal import Refused
from bot.contest.registration import GUARDIAN, Form, born_in, needs_guardian
from bot.contest.rules import Contest, Field
from bot.contest.typed import Trees, Typed, UnitFound, read_field


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A form as it was read: what is fit to be kept, and what is wrong with the rest.

    `values` are by the key of the field, `shown` as people read them. `faults` are sentences by
    the key of the field or of the purpose; a guardian's have the key of `GUARDIAN`. `offered` are
    the units to choose from where a text may mean several.
    """

    values: Mapping[str, str]
    shown: Mapping[str, str]
    faults: Mapping[str, str]
    offered: Mapping[str, tuple[UnitFound, ...]]
    needs_guardian: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to be mended."""
        return not self.faults and not self.offered


def review(
    contest: Contest, form: Form, trees: Trees, at: datetime, *, with_consents: bool = True
) -> Reviewed:
    """Reads every field of a form; whether the person may play is not asked here."""
    given = form.values
    fields = [
        f for f in contest.registration.fields if f.ask_when != "at_award" or given.get(f.key)
    ]
    read, faults, offered = read_fields(fields, given, trees, at)
    values = {key: typed.value for key, typed in read.items() if typed.value}
    is_child = needs_guardian(contest, born_in(contest, values), at)
    if with_consents and contest.registration.fields:
        faults |= _missing_consents(contest, form)
    if is_child:
        faults |= _guardian_faults(form, trees, at)
    return Reviewed(
        values,
        {key: typed.shown for key, typed in read.items() if typed.value},
        faults,
        offered,
        is_child,
    )


def read_fields(
    fields: Iterable[Field], given: Mapping[str, str], trees: Trees, at: datetime
) -> tuple[dict[str, Typed], dict[str, str], dict[str, tuple[UnitFound, ...]]]:
    """What could be read of these fields, what is wrong with others, and units to choose from."""
    read: dict[str, Typed] = {}
    faults: dict[str, str] = {}
    for one in fields:
        try:
            read[one.key] = read_field(one, given.get(one.key, ""), trees, at)
        except Refused as refused:
            faults[one.key] = _beside(one, refused)
    return read, faults, {key: typed.offered for key, typed in read.items() if typed.offered}


def unit_titles(trees: Trees, tree: str | None, most: int) -> list[str]:
    """The names of all units to choose from; none where there are more than `most`."""
    if (tree or PLACES_TREE) == PLACES_TREE:
        titles = [unit.title for unit in trees.places.units if unit.valid_to is None]
    else:
        titles = [unit.name for unit in trees.own.units]
    return titles if len(titles) <= most else []


def _missing_consents(contest: Contest, form: Form) -> dict[str, str]:
    return {
        purpose.key: "Bạn cần đồng ý với mục này thì mới dự thi được."
        for purpose in contest.registration.consent.purposes
        if purpose.required and not form.consents.get(purpose.key, False)
    }


def _guardian_faults(form: Form, trees: Trees, at: datetime) -> dict[str, str]:
    given = form.guardian
    if given is None or not given.agrees:
        said = "Cha, mẹ hoặc người giám hộ cần đánh dấu đồng ý vào ô này."
        return {GUARDIAN.key: said}
    try:
        read_field(GUARDIAN, given.name, trees, at)
    except Refused as refused:
        return {GUARDIAN.key: _beside(GUARDIAN, refused)}
    return {}


def _beside(one: Field, refused: Refused) -> str:
    """The sentence without the name of the field, beside which it will stand."""
    said = str(refused).removeprefix(f"{label_of(one)}: ")
    return said[0].upper() + said[1:]
