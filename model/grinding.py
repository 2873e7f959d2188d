"""Playing how an MO looks for a selection that suits it: step by step on a stage, which is the text's concrete meaning or a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from adversaries.grinding import NEW_ACCOUNT, NEW_COUPLE, WAIT, Grinding, Words
from model.chances import Chance
from model.enumeration import Action, Rows
from model.scope import values_of
from properties.payoffs import WEALTH
from spec.compiled import Compiled
from spec.concrete import View
from spec.kinds import INTEGER, MEMBER, Kind, Term
from spec.paper.assets import DSS_REF, TC_REF
from spec.schema import notion, using
from spec.text import Protocol as Text
from spec.tree import Expression, boolean, integer, parameter

TICK, CLOSE, FUND = "Tick", "CloseTC", "Fund"
LONGEST_WAIT = 12
DO, BYSTANDER = "do-1", "co-1"
Selection = tuple[str, ...]


class Stage(Protocol):
    """Where steps are taken. A refusal is a text: the guard, or that nobody honest would do so; empty when there is none."""

    protocol: Text
    values: dict[str, list[Any]]

    def take(self, action: Action) -> str: ...

    def endorse(self, action: Action) -> None: ...

    def imagine(self, actions: list[Action]) -> tuple[str, View]: ...

    def share(self, member: str, couple: str) -> str: ...


@dataclass(frozen=True)
class Reading:
    """What is read off a state: which subsets a couple's round selects, and a member's money."""

    compiled: Compiled
    subsets: tuple[str, ...]
    selected: Expression = field(init=False)
    wealth: Expression = field(init=False)

    def __post_init__(self) -> None:
        with using(self.compiled.schema):
            told = notion("selected_subset")(parameter("couple", TC_REF), parameter("subset", DSS_REF))
            object.__setattr__(self, "selected", boolean(told))
            object.__setattr__(self, "wealth", integer(WEALTH(parameter("member", MEMBER))))

    def selection(self, couple: str, view: View) -> Selection:
        chosen = (one for one in self.subsets if self.compiled.holds(self.selected, {"couple": couple, "subset": one}, view))
        return tuple(chosen)

    def money(self, members: list[str], view: View) -> int:
        return sum(self.compiled.holds(self.wealth, {"member": member}, view) for member in members)


@dataclass
class Kept:
    """What came of a play.

    selection: the subsets of the round that was kept, or None; own: transactions that the coalition committed; endorsed: looks;
    lost: money of the coalition that is gone before the round is kept, free money and bonds that are not lost counted alike;
    refused: the step and what refused it.
    """

    selection: Selection | None = None
    own: int = 0
    endorsed: int = 0
    lost: int = 0
    refused: str = ""


@dataclass
class Play:
    """One play of a strategy that may look again so many times. aim: a selection suits that has this subset."""

    stage: Stage
    reading: Reading
    strategy: Grinding
    aim: str
    again: int
    chance: Chance
    accounts: list[str] = field(default_factory=lambda: ["mo-1"])
    couples: list[str] = field(default_factory=lambda: ["tc-1"])
    kept: Kept = field(default_factory=Kept)
    held: int = 0

    def run(self) -> Kept:
        """The play to its end, and what becomes of the couples that were left alone."""
        self.look_and_keep()
        for couple in self.couples[:-1] if CLOSE in self.stage.protocol.transactions else ():
            before = self.money()
            if not self.patiently((CLOSE, {**self.arguments(CLOSE, 0), "caller": BYSTANDER, "couple": couple})):
                self.kept.lost += before - self.money()
        return self.kept

    def look_and_keep(self) -> None:
        if not self.taken(self.strategy.opening, {}):
            return
        for number in range(self.again + 1):
            seen = self.look(number)
            if seen is None:
                return
            actions, selection = seen
            if self.aim in selection or number == self.again:
                break
            if not self.taken(self.strategy.further, dict(actions)):
                break
        self.commit(actions, selection)

    def look(self, number: int) -> tuple[list[Action], Selection] | None:
        """The steps of a look and what they would select; None when a guard refuses one."""
        actions = [(word, self.arguments(word, number)) for word in self.words(self.strategy.looked)]
        refused, view = self.stage.imagine(actions)
        if refused:
            self.kept.refused = refused
            return None
        self.stage.endorse(actions[0])
        self.kept.endorsed += 1
        return actions, self.reading.selection(self.couples[-1], view)

    def commit(self, actions: list[Action], selection: Selection) -> None:
        """Keep what was seen; what a refused step says goes before what this one says."""
        for action in actions:
            if refused := self.stage.take(action):
                self.kept.refused = self.kept.refused or refused
                return
            self.kept.own += self.is_own(action)
        self.kept.selection, self.kept.lost = selection, self.kept.lost + self.held

    def taken(self, words: Words, seen: Mapping[str, Any]) -> bool:
        """Whether all words went through; the first that is refused is noted. seen: arguments of the steps of the last look."""
        waits = False
        for word in self.words(words):
            if word == NEW_COUPLE:
                self.couples.append(f"tc-{len(self.couples) + 1}")
            elif word == NEW_ACCOUNT:
                self.accounts.append(f"pseudonym-{len(self.accounts)}")
            elif word == WAIT:
                waits = True
            elif not self.step((word, seen.get(word) or self.arguments(word, 0)), waits, word in self.strategy.looked):
                return False
            else:
                waits = False
        return True

    def step(self, action: Action, waits: bool, keeps: bool) -> bool:
        """Take a step, after a wait if need be, and note what it costs. keeps: it starts a round, which the next look may replace."""
        before = self.money()
        self.kept.refused = self.patiently(action) if waits else self.stage.take(action)
        if self.kept.refused:
            return False
        self.kept.own += self.is_own(action)
        spent = before - self.money()
        if keeps:
            self.kept.lost, self.held = self.kept.lost + self.held, spent
            self.kept.selection = self.reading.selection(action[1]["couple"], self.stage.imagine([])[1])
        elif action[0] != FUND:
            self.kept.lost += spent
        return True

    def patiently(self, action: Action) -> str:
        """Take a step as soon as the clock allows it; what refuses it in the end."""
        for _ in range(LONGEST_WAIT):
            refused = self.stage.take(action)
            stuck = TICK not in self.stage.protocol.transactions
            if not refused or stuck or self.stage.take((TICK, {"caller": BYSTANDER})):
                break
        return refused

    def money(self) -> int:
        return self.reading.money([*self.accounts, *((DO,) if "DO" in self.strategy.of else ())], self.stage.imagine([])[1])

    def is_own(self, action: Action) -> bool:
        return action[1]["caller"] in self.accounts or (action[1]["caller"] == DO and "DO" in self.strategy.of)

    def words(self, words: Words) -> list[str]:
        """Those that are no step, and the steps that the text has."""
        return [word for word in words if word in (NEW_COUPLE, NEW_ACCOUNT, WAIT) or word in self.stage.protocol.transactions]

    def arguments(self, step: str, number: int) -> dict[str, Any]:
        """What is sent: the play's own couple, account, model, aim and share; what the text draws is drawn, or chosen by turns."""
        transaction = self.stage.protocol.transactions[step]
        role = "DO" if transaction.caller_role == "DO" else "MO"
        caller = DO if role == "DO" else self.accounts[-1]
        known = {
            "caller": caller, "couple": self.couples[-1], "dataset": "ds-1", "model": f"mod-{len(self.accounts)}",
            "subset": self.aim, "epochs": 1, "role": role, "share": self.stage.share(caller, self.couples[-1]),
        }  # fmt: skip
        return {name: self.value(name, kind, known, number) for name, kind in transaction.parameters.items()}

    def value(self, name: str, kind: Kind, known: Mapping[str, Any], number: int) -> Any:
        if name in known:
            return known[name]
        if isinstance(kind, Term):
            return tuple(self.value(part, inner, known, number) for part, inner in kind.parts)
        values = values_of(kind, self.stage.values)
        if kind is not INTEGER:
            return values[0]
        return values[number % len(values)] if self.strategy.chooses else self.chance.pick(values)


@dataclass
class Concrete:
    """The text's concrete meaning, from rows that honest parties brought about."""

    protocol: Text
    compiled: Compiled
    rows: Rows
    values: dict[str, list[Any]]
    coalition: frozenset[str]

    def fresh(self) -> Concrete:
        """The same start, for another play."""
        return replace(self)

    def view(self, rows: Rows) -> View:
        return View(self.compiled.schema, rows, self.values, self.coalition)

    def take(self, action: Action) -> str:
        refused, rows = self.after(self.rows, action)
        if not refused:
            self.rows = rows
        return refused

    def endorse(self, action: Action) -> None:
        """Nothing happens when a call is endorsed."""

    def after(self, rows: Rows, action: Action) -> tuple[str, Rows]:
        name, given = action
        step, view = self.protocol.transactions[name], self.view(rows)
        outcome = self.compiled.run(step, given, view)
        if outcome.refused:
            return f"{name}.{outcome.refused}", rows
        if not self.compiled.may_send(step, given, view):
            return f"{name}: {given['caller']} would not or could not", rows
        return "", {**rows, **outcome.writes, **self.compiled.observe(step, given, view)}

    def imagine(self, actions: list[Action]) -> tuple[str, View]:
        rows, refused = self.rows, ""
        for action in actions:
            refused, rows = self.after(rows, action)
            if refused:
                break
        return refused, self.view(rows)

    def share(self, member: str, couple: str) -> str:
        return f"Share({member})"
