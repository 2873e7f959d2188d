"""The hardened round core by induction in a Z3 script, mypyvy's way, for any size: sets, with their cardinality axioms by hand."""

from z3 import And, ArraySort, BoolSort, Const, DeclareSort, EmptySet, Function, Implies, Int, IntSort, IsMember, Not, SetDel, Solver, unsat

JOB = DeclareSort("Job")
SET = ArraySort(JOB, BoolSort())
size = Function("size", SET, IntSort())
missing, missing_after, picked, job = Const("missing", SET), Const("missing'", SET), Const("picked", SET), Const("job", JOB)
rem, rem_after = Int("rem"), Int("rem'")
empty = EmptySet(JOB)
cardinality = [
    size(empty) == 0,
    size(missing) >= 0,
    Implies(size(missing) == 0, missing == empty),
    Implies(IsMember(job, missing), size(SetDel(missing, job)) == size(missing) - 1),
]


def i1(rem, missing):
    return rem == size(missing)


def i2(rem, missing):
    return Implies(rem == 0, missing == empty)


start_round = And(rem == 0, missing_after == picked, rem_after == size(picked))
update_tj = And(IsMember(job, missing), missing_after == SetDel(missing, job), rem_after == rem - 1)
first = And(rem_after == 0, missing_after == empty)
questions = {
    "I1 at first": [first, Not(i1(rem_after, missing_after))],
    "I1 kept by StartRound": [i1(rem, missing), start_round, Not(i1(rem_after, missing_after))],
    "I1 kept by UpdateTJ": [i1(rem, missing), update_tj, Not(i1(rem_after, missing_after))],
    "I2 from I1": [i1(rem, missing), Not(i2(rem, missing))],
}
for name, question in questions.items():
    solver = Solver()
    solver.add(*cardinality, *question)
    print(name, "proved" if solver.check() == unsat else "NOT proved")
