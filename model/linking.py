"""Which pseudonyms can be linked: a graph of what is known of members, whose parts are who can be told to be one."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import networkx

from adversaries.knowledge import TOLD
from model.deduction import Step
from model.gathering import Members
from model.observing import Appearance
from model.terms import shown

if TYPE_CHECKING:
    from model.knowing import Setting


@dataclass(frozen=True)
class Linked:
    """What one coalition can link.  pair: two pseudonyms that are linked and should not be, or the other way round; or none."""

    members: tuple[str, ...]
    graph: networkx.Graph = field(compare=False)
    pair: tuple[str, ...] = ()
    said: str = ""
    steps: tuple[Step, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def broken(self) -> bool:
        return bool(self.pair)


def graph_of(setting: Setting, members: Members, rules: Collection[str]) -> networkx.Graph:
    """Pseudonyms beside the datasets with which the ledger shows them, and the identities that the coalition knows of them."""
    graph = networkx.Graph()
    known = setting.closure(members, frozenset(rules))
    for one in setting.observed.appearances:
        place(graph, one.who, one)
        identity = ("identity", member_of(one.who))
        fact = known[identity].fact if identity in known else None
        if fact is not None and (not fact.holder or fact.rule or one.caller in members):
            graph.add_node(shown(identity), kind="identity")
            graph.add_edge(shown(one.who), shown(identity), why=fact.source, step=one.step)
    return graph


def place(graph: networkx.Graph, who: Any, one: Appearance) -> None:
    """A pseudonym beside a dataset."""
    graph.add_node(shown(who), kind="pseudonym", member=member_of(who))
    graph.add_node(shown(one.dataset), kind="dataset")
    graph.add_edge(shown(who), shown(one.dataset), why=one.source, step=one.step)


def people(graph: networkx.Graph) -> networkx.Graph:
    """The graph without datasets: what is one part of it is one member."""
    return graph.subgraph([node for node, kind in graph.nodes(data="kind") if kind != "dataset"])


def member_of(who: Any) -> str:
    return str(who[1] if isinstance(who, tuple) else who)


def linked(setting: Setting, members: Members, rules: Collection[str]) -> Linked:
    """Whether something that a member outside does with one dataset is linked to what it does with another."""
    graph = graph_of(setting, members, rules)
    for one, other in itertools.combinations(setting.observed.appearances, 2):
        same = one.dataset != other.dataset and member_of(one.who) == member_of(other.who) and member_of(one.who) not in members
        if same and networkx.has_path(people(graph), shown(one.who), shown(other.who)):
            path = networkx.shortest_path(people(graph), shown(one.who), shown(other.who))
            said = f"{member_of(one.who)} is seen to be the same with {one.dataset} and with {other.dataset}"
            used = tuple(rule for rule in ("certificates",) if len(path) > 1 and rule in rules)
            return Linked(tuple(sorted(members)), graph, (shown(one.who), shown(other.who)), said, told_as_steps(one, other, path), used)
    return Linked(tuple(sorted(members)), graph)


def seen(one: Appearance) -> Step:
    return Step(("appearance", one.who, one.dataset), f"everybody sees it ({one.source})", "", (), "", one.step)


def told_as_steps(one: Appearance, other: Appearance, path: list[str]) -> tuple[Step, ...]:
    met = "both name one pseudonym" if len(path) == 1 else f"one legal identity is behind both: {' = '.join(path)}"
    return (seen(one), seen(other), Step(("same", one.who, other.who), met, "link", (0, 1)))


def apart(setting: Setting, members: Members, rules: Collection[str]) -> Linked:
    """Whether a legal entity of the coalition can ask twice for one dataset without its DO being able to tell."""
    observed = setting.observed
    owners = frozenset(member for member, role in observed.members.items() if role == "DO")
    graph = graph_of(setting, owners, rules)
    spare = next((member for member, role in observed.scope.members().items() if role is None), "")
    for one in observed.appearances:
        asks = observed.members.get(member_of(one.who)) == "MO" and member_of(one.who) in members
        if asks and "pseudonyms" in rules:
            again = renamed(one.who, spare)
            place(graph, again, one)
            if not networkx.has_path(people(graph), shown(one.who), shown(again)):
                steps = (seen(one), Step(("appearance", again, one.dataset), TOLD["pseudonyms"], "pseudonyms", (0,)))
                said = f"nothing links the requests of {shown(one.who)} and {shown(again)} for {one.dataset}"
                return Linked(tuple(sorted(members)), graph, (shown(one.who), shown(again)), said, steps, ("pseudonyms",))
    return Linked(tuple(sorted(members)), graph)


def renamed(who: Any, spare: str) -> Any:
    """The same appearance of another member."""
    return (who[0], spare, *who[2:]) if isinstance(who, tuple) else spare
