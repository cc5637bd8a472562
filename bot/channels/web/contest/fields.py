"""A registration as a web form: which fields, what was typed in them, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.contest.fields import SECRET_TYPES, label_of, options_of, show_in_part
from bot.contest.forms import Reviewed, unit_titles
from bot.contest.registration import GUARDIAN, Form, Guardian, fields_to_ask
from bot.contest.rules import Contest, Field, Purpose
from bot.contest.typed import Trees, UnitFound
from bot.contest.words import AskWhen

FIELDS_AT_MOST = 200
# The parts of a field's name in the form; a field's own key follows.
_TYPED, _PICKED, _ASKED_OF, _AGREED = "f-", "p-", "o-", "c-"
_AUTOCOMPLETE = {"name": "name", "phone": "tel", "email": "email", "date": "bday"}
_INPUT_MODE = {"phone": "tel", "id_number": "numeric", "email": "email"}
_EXAMPLES = {"date": "5/9/1990", "phone": "0912 345 678", "name": "Nguyễn Văn An"}
_TITLES_AT_MOST = 400


@dataclass(frozen=True, slots=True)
class Filled:
    """What a browser posted; `step` is the button that was pressed."""

    form: Form = field(default_factory=lambda: Form({}))
    step: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the form. `kept` is what is stored of a secret one, in part."""

    key: str
    kind: str
    label: str
    help: str
    example: str
    required: bool
    value: str
    fault: str
    options: tuple[str, ...]
    offered: tuple[UnitFound, ...]
    titles: tuple[str, ...]
    kept: str
    autocomplete: str
    input_mode: str


@dataclass(frozen=True, slots=True)
class Box:
    """One consent: never ticked before the person has ticked it."""

    purpose: Purpose
    is_given: bool
    fault: str


@dataclass(frozen=True, slots=True)
class GuardianEntry:
    """What a child's guardian fills in."""

    name: str
    agrees: bool
    fault: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The whole form; `guardian` is None where nobody else has to agree."""

    entries: tuple[Entry, ...]
    boxes: tuple[Box, ...]
    guardian: GuardianEntry | None
    tracks: tuple[str, ...]
    track: str


def read_filled(
    contest: Contest, pairs: Iterable[tuple[str, str]], when: AskWhen = "at_registration"
) -> Filled:
    """The form in what was posted; names that the contest does not ask then are left out."""
    posted = dict(pairs)
    values = {}
    for one in fields_to_ask(contest, when):
        text = posted.get(_TYPED + one.key)
        picked = posted.get(_PICKED + one.key)
        # A unit picked from those offered holds while the text that they were offered for stands.
        if picked and text == posted.get(_ASKED_OF + one.key):
            text = picked
        if text is not None:
            values[str(one.key)] = text
    consents = {
        str(p.key): _AGREED + p.key in posted for p in contest.registration.consent.purposes
    }
    guardian = None
    if "gh-ten" in posted:
        guardian = Guardian(posted["gh-ten"], agrees="gh-dong-y" in posted)
    track = "unit_representative" if posted.get("hinh-thuc") == "don-vi" else "individual"
    form = Form(values, consents, guardian, "individual")
    if track in contest.eligibility.tracks:
        form = Form(values, consents, guardian, track)
    return Filled(form, posted.get("buoc", ""))


def ask_all(
    contest: Contest,
    trees: Trees,
    filled: Filled,
    looked: Reviewed | None = None,
    stored: Mapping[str, str] | None = None,
) -> Asked:
    """The form to be shown; `stored` are the values, as people read them, that it corrects."""
    entries = tuple(
        _entry(one, trees, filled.form, looked, stored) for one in fields_to_ask(contest)
    )
    boxes = tuple(
        Box(
            p,
            filled.form.consents.get(p.key, False),
            looked.faults.get(p.key, "") if looked else "",
        )
        for p in contest.registration.consent.purposes
    )
    guardian, given = None, filled.form.guardian
    if looked is not None and looked.needs_guardian:
        fault = looked.faults.get(GUARDIAN.key, "")
        # Asked for the first time, nothing is wrong yet.
        guardian = GuardianEntry(
            given.name if given else "", bool(given and given.agrees), fault if given else ""
        )
    return Asked(entries, boxes, guardian, contest.eligibility.tracks, filled.form.track)


def ask_winner(
    contest: Contest,
    trees: Trees,
    filled: Filled,
    looked: Reviewed | None,
    stored: Mapping[str, str],
) -> Asked:
    """The form of what only a winner is asked; `stored` is what he has given before."""
    fields = fields_to_ask(contest, "at_award")
    entries = tuple(_entry(one, trees, filled.form, looked, stored) for one in fields)
    return Asked(entries, (), None, (), "individual")


def summary(
    contest: Contest, shown: Mapping[str, str], *, is_stored: bool = False
) -> list[tuple[str, str]]:
    """The registration in lines to be read, (label, text); secrets in part once it is stored."""
    return [
        (
            label_of(one),
            show_in_part(one, shown[one.key]) if is_stored else shown[one.key],
        )
        for one in contest.registration.fields
        if shown.get(one.key)
    ]


def _entry(
    one: Field, trees: Trees, form: Form, looked: Reviewed | None, stored: Mapping[str, str] | None
) -> Entry:
    known = (stored or {}).get(one.key, "")
    is_secret = bool(known) and one.type in SECRET_TYPES
    typed = form.values.get(one.key)
    value = known if typed is None and not is_secret else typed or ""
    titles: tuple[str, ...] = ()
    if one.type == "unit":
        # A code, picked or stored, is shown as the name that people know.
        value = trees.title(one.tree or "hanh_chinh", value) if value else ""
        titles = tuple(unit_titles(trees, one.tree, _TITLES_AT_MOST))
    return Entry(
        one.key,
        one.type,
        label_of(one),
        one.help,
        _EXAMPLES.get(one.type, ""),
        one.required and not is_secret,
        value,
        looked.faults.get(one.key, "") if looked else "",
        options_of(one),
        looked.offered.get(one.key, ()) if looked else (),
        titles,
        show_in_part(one, known) if is_secret else "",
        _AUTOCOMPLETE.get(one.type, "off"),
        _INPUT_MODE.get(one.type, "text"),
    )
