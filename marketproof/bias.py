"""`marketproof bias`: what each way to look for a selection that suits brings, exactly; what it costs; how often it is seen on ledgers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from adversaries.grinding import grinding
from marketproof.bench import Bench
from marketproof.bias_tables import law_tables, observed_table, sampled_table, unknown_table
from marketproof.numbers import document, told
from marketproof.progress import Progress
from marketproof.sampled_bias import Sampling
from marketproof.store import Store, program
from marketproof.variants import load, variant_named
from model.bias import Ground, Law, possible
from model.exact_tables import Table
from model.payoffs import NotLinear
from model.scope import Scope
from spec.digests import digest
from spec.errors import SpecificationError
from spec.schema import NotExpressible
from spec.text import Protocol

SCOPE = Scope.parse("4x2")
MOST, ROUNDS, SAMPLED_AGAIN = 2, 4, 1
READING = "X06"
AS_DRAWN = grinding("discard")


def bias(given: argparse.Namespace) -> int:
    """Print the tables; 0 always."""
    progress = Progress()
    progress.start("bias")
    bench = Bench(load(given.variant, given.switch), given.seed, progress=progress, store=Store(), source=given.variant)
    text = document(tables(bench, given.samples))
    progress.done()
    print(text.rstrip() if given.json else told(text))
    return 0


def bias_evidence(bench: Bench) -> str:
    """The exact tables; ledgers are not sampled for them, which takes longer."""
    key = digest(program(), "bias", bench.protocol)
    known: str | None = bench.store.get(key)
    if known is None:
        known = document(tables(bench, 0))
        bench.store.put(key, known)
    return known


def tables(bench: Bench, samples: int) -> list[Table]:
    """Of the reading that is loaded, and of every other one of the selection that the variant fits and that makes a difference."""
    found: list[Table] = []
    known: list[Any] = []
    for reading in readings_of(bench.protocol):
        try:
            ground = ground_of(bench, reading, priced=True)
            laws = list(laws_of(ground, bench.progress))
            if (figures := [figures_of(one) for one in laws]) not in known:
                known.append(figures)
                found += tables_of(bench, reading, ground, laws, samples)
        except (NotExpressible, NotLinear) as error:
            return [*found, unknown_table(bench.protocol.name, str(error))]
        except SpecificationError:
            if not known:
                raise
    return found


def tables_of(bench: Bench, reading: Mapping[str, str], ground: Ground, laws: list[Law], samples: int) -> list[Table]:
    other = [f"{switch}={value}" for switch, value in reading.items() if bench.protocol.readings[switch] != value]
    name = " ".join([bench.protocol.name, *other])
    found = [*law_tables(name, ground, laws), observed_table(name, ground, ROUNDS)]
    if samples:
        sampled = {one.strategy.name: one for one in laws if one.again == SAMPLED_AGAIN}
        found.append(sampled_table(name, sampled, seen_on_ledgers(bench, reading, samples), samples, bench.seed))
    return found


def seen_on_ledgers(bench: Bench, reading: Mapping[str, str], samples: int) -> dict[str, int]:
    """On how many ledgers each strategy, with one look more, ends with what suits."""
    ground = ground_of(bench, reading, priced=False)
    sampling, found = Sampling(ground), {}
    for strategy in possible(ground.protocol):
        seen = 0
        for number in range(samples):
            bench.progress(f"{strategy.name}, ledger {number + 1} of {samples}")
            kept = sampling.play(strategy, SAMPLED_AGAIN, f"{bench.seed} {strategy.name} {number}")
            seen += kept.selection is not None and ground.aim in kept.selection
        found[strategy.name] = seen
    return found


def readings_of(protocol: Protocol) -> list[dict[str, str]]:
    """The reading of the selection that is loaded, then the others; none where the text has no such switch."""
    if READING not in protocol.switches:
        return [{}]
    others = [value for value in protocol.switches[READING].readings if value != protocol.readings[READING]]
    return [{READING: value} for value in (protocol.readings[READING], *others)]


def ground_of(bench: Bench, reading: Mapping[str, str], priced: bool) -> Ground:
    variant = variant_named(bench.source or bench.protocol.name)
    return Ground(lambda: variant.load({**bench.protocol.readings, **reading}), SCOPE, MOST, priced)


def laws_of(ground: Ground, progress: Progress) -> Iterator[Law]:
    """As drawn, and each strategy with one look more, and two."""
    yield ground.law(AS_DRAWN, 0)
    for strategy in possible(ground.protocol):
        for again in range(1, MOST + 1):
            progress(f"{strategy.name}, {again} more")
            yield ground.law(strategy, again)


def figures_of(law: Law) -> Any:
    return law.kept, law.own, law.endorsed, law.lost, law.refused
