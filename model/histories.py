"""Histories with known culprits: runs of a dispute in which everybody acts in an order of chance and a coalition deviates by chance."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from model.enumeration import Action
from model.worlds import TICK, Place, World, Worlds, left_with
from properties.disputes import owes

ACTS, OMITS = 0.25, 0.05  # chances that a deviating member takes a step of its own where it can, and that it leaves one out
NEAR = 0.8  # chance that such a step is near what an honest one would do


@dataclass
class Wandering(Worlds):
    """Worlds of a dispute in the order of chance; a member may deviate as often as chance has it."""

    def wander(self, rng: random.Random) -> World:
        place = Place(self.start)
        while True:
            own = self.own_steps(place, rng.random() < NEAR) if self.coalition and place.idle == 0 and rng.random() < ACTS else []
            if own:
                step = rng.choice(own)
                place = self.after(place, step, frozenset(), by=step[1]["caller"])
                place = replace(place, acted=frozenset())
                continue
            action = self.by_chance(place, rng)
            if action is None or self.is_over(place, action):
                return World(place.run, self.coalition, place.culprits, place.rows, place.blamed)
            place = self.omitted(place, action) if self.omits(action, rng) else self.after(place, action, frozenset())

    def omits(self, action: Action, rng: random.Random) -> bool:
        return action[1]["caller"] in self.coalition and action[0] != TICK and rng.random() < OMITS

    def omitted(self, place: Place, action: Action) -> Place:
        guilty = {action[1]["caller"]} if owes(self.dispute, self.protocol, action[0]) else set()
        return replace(place, culprits=place.culprits | guilty, left_out=place.left_out | {left_with(action)})

    def by_chance(self, place: Place, rng: random.Random) -> Action | None:
        """A step that somebody would honestly take and that changes something; the clock waits for all of them."""
        for name in rng.sample(self.order, len(self.order)):
            found = [given for given in self.honestly(place.rows, name) if self.useful(place, (name, given))]
            if found:
                return name, rng.choice(sorted(found, key=repr))
        return self.next_step(place)
