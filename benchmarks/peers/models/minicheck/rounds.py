"""The round core in minicheck: `rounds.py M N paper|hardened I1|I2|both`."""

import sys

from minicheck import Protocol, check_safety

M, N, ROUNDS = int(sys.argv[1]), int(sys.argv[2]), 3
PAPER, CLAIM = sys.argv[3] == "paper", sys.argv[4]


def picked(subset, round):
    return round > 0 and subset % 2 == (round + 1) % 2


def steps(state):
    round, rem, jobs, found = state[0], state[1], state[2:], []
    if round < ROUNDS and (PAPER or rem == 0):
        opened = tuple(0 if picked(place // N, round + 1) else hash for place, hash in enumerate(jobs))
        found.append(("StartRound", (round + 1, N * sum(picked(i, round + 1) for i in range(M)), *opened)))
    for place in range(M * N):
        subset, replica = divmod(place, N)
        if picked(subset, round) and (PAPER or jobs[place] == 0):
            for source in range(N):
                hash = replica + 1 if source == replica else jobs[subset * N + source]
                if hash:
                    after = (*jobs[:place], hash, *jobs[place + 1 :])
                    found.append((f"UpdateTJ {subset} {replica} {hash}", (round, rem - 1, *after)))
    return found


def missing(state):
    return sum(picked(place // N, state["round"]) and state[f"job{place}"] == 0 for place in range(M * N))


claims = {"I1": lambda s: s["rem"] == missing(s), "I2": lambda s: s["rem"] != 0 or missing(s) == 0}
model = Protocol(
    name="rounds",
    candidate=False,
    fields=("round", "rem", *(f"job{place}" for place in range(M * N))),
    initial=(0,) * (2 + M * N),
    transitions=steps,
    invariants={name: claim for name, claim in claims.items() if CLAIM in (name, "both")},
)
result = check_safety(model) if PAPER else check_safety(model, max_states=100_000_000)
for name, found in result["properties"].items():
    print(name, found["holds"], "states", result.get("reachable_states"), "steps", len(found.get("counterexample") or []) - 1)
