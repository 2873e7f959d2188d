------------------------------ MODULE Rounds ------------------------------
EXTENDS Integers, FiniteSets
CONSTANTS M, N, R, Paper
VARIABLES round, rem, tj
vars == <<round, rem, tj>>
Subs == 0..M-1
Reps == 1..N
Picked(r) == IF r = 0 THEN {} ELSE {i \in Subs : i % 2 = (r+1) % 2}
Init == round = 0 /\ rem = 0 /\ tj = [p \in Subs \X Reps |-> 0]
StartRound ==
  /\ round < R
  /\ Paper \/ rem = 0
  /\ round' = round + 1
  /\ rem' = N * Cardinality(Picked(round+1))
  /\ tj' = [p \in Subs \X Reps |-> IF p[1] \in Picked(round+1) THEN 0 ELSE tj[p]]
UpdateTJ(i, j, h) ==
  /\ Paper \/ tj[<<i,j>>] = 0
  /\ tj' = [tj EXCEPT ![<<i,j>>] = h]
  /\ rem' = rem - 1
  /\ UNCHANGED round
CO(i, j) == UpdateTJ(i, j, j) \/ \E k \in Reps \ {j} : tj[<<i,k>>] # 0 /\ UpdateTJ(i, j, tj[<<i,k>>])
Next == StartRound \/ \E i \in Picked(round), j \in Reps : CO(i, j)
Spec == Init /\ [][Next]_vars
Missing == {p \in Picked(round) \X Reps : tj[p] = 0}
I1 == rem = Cardinality(Missing)
I2 == rem = 0 => Missing = {}
=============================================================================
