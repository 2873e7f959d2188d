"""Which amendment repairs a claim, as far as waiving it was tried: the claim falls when the amendment is left out."""

from __future__ import annotations

from dataclasses import dataclass

from reports.variants import Fall, Variant, Waiving
from reports.view import Content, Statement


@dataclass(frozen=True)
class Repair:
    """An amendment of a variant without which the claim falls against these coalitions."""

    variant: Variant
    waiving: Waiving
    falls: tuple[Fall, ...]


def repairs_of(content: Content, statement: Statement) -> list[Repair]:
    """The amendments whose waiving makes the statement fall, in the order of the evidence."""
    found = []
    for variant in content.variants:
        for waiving in variant.waivings or ():
            falls = tuple(fall for fall in waiving.falls if fall.claim in (statement.label, statement.claim))
            if falls:
                found.append(Repair(variant, waiving, falls))
    return found


def unsaid(content: Content, statement: Statement) -> list[str]:
    """Why no amendment is named, for each variant of which none is; never a guess."""
    amended = [variant for variant in content.variants if variant.amendments]
    if not amended:
        return ["No variant with amendments is in this evidence, so it names none that repairs this claim."]
    named = {repair.variant.name for repair in repairs_of(content, statement)}
    said = []
    for variant in amended:
        if variant.waivings is None:
            why = "the evidence does not say which of its amendments this claim needs"
            said.append(f"Waiving was not run for variant {variant.name}: {why}.")
        elif variant.name not in named:
            said.append(f"In the evidence of waiving, variant {variant.name} has no amendment without which this claim falls.")
    return said


def repair_text(repair: Repair) -> str:
    """What stands beside the amendment's name."""
    others = repair.waiving.redundant_with
    also = f" Also ensured by: {', '.join(others)}." if others else ""
    falls = ", ".join(map(fall_text, repair.falls))
    return f"(variant {repair.variant.name}), because {repair.waiving.because}. Without it falls: {falls}.{also}"


def fall_text(fall: Fall) -> str:
    return f"{fall.claim} against {fall.coalition}" + ("" if fall.depth is None else f" in {fall.depth}")
