/* The round core.  -DM=4 -DN=3; -DPAPER: as printed; -DI1 -DI2: the claims to assert. */
byte round = 0;
short rem = 0;
byte tj[M*N];                       /* 0: nothing this round; c+1: the hash that replica c published first */
short miss = 0; byte idx = 0;
#define SELECTED(s) (round > 0 && (s)%2 == (round+1)%2)
#ifdef PAPER
#define MAY_START (round < 3)
#define MAY_UPDATE(s,c) (SELECTED(s))
#else
#define MAY_START (round < 3 && rem == 0)
#define MAY_UPDATE(s,c) (SELECTED(s) && tj[(s)*N+c] == 0)
#endif
inline check() {
  miss = 0; idx = 0;
  do :: idx < M*N -> if :: SELECTED(idx/N) && tj[idx] == 0 -> miss++ :: else fi; idx++
     :: else -> break
  od;
#ifdef I1
  assert(rem == miss);
#endif
#ifdef I2
  assert(rem != 0 || miss == 0);
#endif
  miss = 0; idx = 0
}
active proctype MO() {
  do :: d_step { MAY_START -> round++; rem = 0; idx = 0;
        do :: idx < M*N -> if :: SELECTED(idx/N) -> tj[idx] = 0; rem++ :: else fi; idx++
           :: else -> break
        od;
        check() }
  od
}
#define COPY(k) :: d_step { k < N && k != c && MAY_UPDATE(s,c) && tj[s*N+k] != 0 -> tj[s*N+c] = tj[s*N+k]; rem--; check() }
proctype CO(byte s; byte c) {
  do :: d_step { MAY_UPDATE(s,c) -> tj[s*N+c] = c+1; rem--; check() }
     COPY(0) COPY(1) COPY(2)
  od
}
init { byte a = 0; atomic { do :: a < M*N -> run CO(a/N, a%N); a++ :: else -> break od } }
