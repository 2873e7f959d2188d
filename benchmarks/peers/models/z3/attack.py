"""The round core as a Z3 script: `attack.py M N I1|I2` finds the shortest run of the paper's text that breaks the claim."""

import sys

from z3 import And, Bool, If, Int, Not, Or, Solver, Sum, sat

M, N = int(sys.argv[1]), int(sys.argv[2])
PLACES = [(i, j) for i in range(M) for j in range(N)]


class State:
    def __init__(self, t):
        self.round, self.rem = Int(f"round{t}"), Int(f"rem{t}")
        self.job = {(i, j): Int(f"job{t}_{i}_{j}") for i, j in PLACES}

    def picked(self, i):
        return And(self.round > 0, i % 2 == (self.round + 1) % 2)

    def missing(self):
        return Sum([If(And(self.picked(i), hash == 0), 1, 0) for (i, _), hash in self.job.items()])


def start_round(before, after):
    reset = [after.job[i, j] == If(after.picked(i), 0, hash) for (i, j), hash in before.job.items()]
    return And(after.round == before.round + 1, before.round < 3, after.rem == Sum([If(after.picked(i), N, 0) for i in range(M)]), *reset)


def update_tj(before, after, i, j):
    hash = after.job[i, j]
    known = Or(hash == j + 1, *[And(before.job[i, k] != 0, hash == before.job[i, k]) for k in range(N) if k != j])
    kept = [after.job[place] == before.job[place] for place in PLACES if place != (i, j)]
    return And(before.picked(i), known, after.round == before.round, after.rem == before.rem - 1, *kept)


claims = {"I1": lambda s: s.rem == s.missing(), "I2": lambda s: Or(s.rem != 0, s.missing() == 0)}
states, taken, solver = [State(0)], [], Solver()
solver.add(states[0].round == 0, states[0].rem == 0, *[hash == 0 for hash in states[0].job.values()])
for depth in range(1, 200):
    before, after = states[-1], State(depth)
    steps = {"StartRound": start_round(before, after)}
    steps.update({f"UpdateTJ {i} {j}": update_tj(before, after, i, j) for i, j in PLACES})
    taken.append({name: Bool(f"{name} at {depth}") for name in steps})
    solver.add(Or(*[And(taken[-1][name], step) for name, step in steps.items()]))
    states.append(after)
    solver.push()
    solver.add(Not(claims[sys.argv[3]](after)))
    if solver.check() == sat:
        break
    solver.pop()
for choice, state in zip(taken, states[1:], strict=True):
    name = next(name for name, literal in choice.items() if solver.model()[literal])
    print(name, "rem", solver.model()[state.rem], "missing", solver.model().eval(state.missing()))
print("steps", depth)
