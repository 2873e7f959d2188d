"""The round core in our own language: the training rounds of one couple, as the paper prints them, and hardened."""

from spec.language import INTEGER, Amendment, Text, Variant, becomes, choose, count, every, implies, printed, reconstructed, reference

text = Text("rounds", "the training rounds of one couple", ("DO", "MO", "CO"))
REPLICA = text.sort("CI")
COUPLE = text.table("TC", "couple", "L354-364", {"round": printed(INTEGER, 362), "rem": printed(INTEGER, 360)})
FIELDS = {"subset": reconstructed(INTEGER, "a round selects subsets by position"), "hash": printed(REPLICA, 616)}
JOB = text.table("TJ", "job", "L580-584", FIELDS, key={"couple": reference("TC"), "replica": REPLICA})


def selected(job, round):
    return (round > 0) & (job.subset % 2 == (round + 1) % 2)


@text.transaction(caller="DO", cites="L580")
def create_tj(tx, couple: COUPLE, replica: REPLICA, subset: INTEGER):
    tx.require("before_training", (couple.round == 0) & ~JOB[couple, replica].exists, because="jobs come first (L580)")
    tx.effect("put", JOB[couple, replica].put(subset=subset))


@text.transaction(caller="MO", cites="Listing 4")
def start_round(tx, couple: COUPLE):
    opened = couple.round + 1
    tx.effect("open", becomes(couple.round, opened), becomes(couple.rem, count(JOB.rows(couple), lambda job: selected(job, opened))))
    tx.for_each(JOB.rows(couple), lambda job: tx.effect("reset", becomes(job.hash, None).when(selected(job, opened))))


@text.transaction(caller="CO", cites="L615")
def update_tj(tx, couple: COUPLE, replica: REPLICA, source: REPLICA):
    job, other = JOB[couple, replica], JOB[couple, source]
    published = other.exists & (other.subset == job.subset) & (other.hash != None)
    tx.require("selected", job.exists & selected(job, couple.round), because="its CO was notified (L606)")
    tx.require("hash_known", (source == replica) | published, because="its own hash, or a copy")
    tx.effect("report", becomes(job.hash, choose(source == replica, replica, other.hash)))
    tx.effect("count", becomes(couple.rem, couple.rem - 1))


def missing(couple):
    return count(JOB.rows(couple), lambda job: selected(job, COUPLE[couple].round) & (job.hash == None))


CLAIMS = {
    "I1": lambda: every(COUPLE.sort, lambda couple: COUPLE[couple].rem == missing(couple)),
    "I2": lambda: every(COUPLE.sort, lambda couple: implies(COUPLE[couple].rem == 0, missing(couple) == 0)),
}
EARLY = Amendment("require", "StartRound.complete", "I1: a round starts before the last is complete", lambda tx, couple: couple.rem == 0)
TWICE = Amendment("require", "UpdateTJ.once", "I1: a CO reports twice", lambda tx, couple, co, _: JOB[couple, co].hash == None)
BOUND = Amendment("require", "StartRound.three_rounds", "a state space is counted for three rounds", lambda tx, couple: couple.round < 3)
PAPER = Variant("rounds", "as printed", text)
HARDENED = Variant("rounds_hardened", "each job once in a round, rounds one after another", text, (EARLY, TWICE))
BOUNDED = Variant("rounds_bounded", "the same, three rounds", text, (EARLY, TWICE, BOUND))


def start(m, n):
    jobs = [{"couple": "tc-1", "replica": f"ci-{i}-{j}", "subset": i} for i in range(m) for j in range(n)]
    universe = {"Member": ["member"], "TC": ["tc-1"], "CI": [job["replica"] for job in jobs], "Integer": range(m)}
    return universe, [("CreateTJ", {"caller": "member", **job}) for job in jobs]
