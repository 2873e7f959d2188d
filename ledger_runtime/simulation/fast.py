"""The network of `reference.py` as compiled recursions: one loop that always takes what happens first.

Every queue that is served in order has a recursion, end = max(end of the one before, arrival) + service, so that only four things are
ever waited for: the next call of the client, the next complete set of endorsements, the time-out of the block that is open, and the next
block that some peer begins to validate.  What comes after each is computed at once.
"""

from __future__ import annotations

import heapq
import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ledger_runtime.simulation.experiment import Draws, Floats, Plan, Times, Wholes, blank

CLIENT, ORDERER, DEADLINE, BYTES = range(4)
NEXT, ORDERED, FIRST, BLOCKS, CHECKED, OLDEST, HEAD, TAIL = range(8)
IN_CLIENT, IN_ORDERER, IN_LINK = range(3)


class State(NamedTuple):
    """What the loop knows. at: seconds at which client and orderer are free and the open block is cut, and the open block's bytes.

    counts: the next call, transactions ordered, those in cut blocks, blocks cut, transactions checked, the oldest call that holds a place,
    and the ends of the queue of those that are endorsed: complete, when, and who, in that order.
    sequence: numbers in the order of the ledger. ends: where each block ends in it. arrived, committed: by block and peer. links: of the
    peers, and last of the orderer. cores: when each is free, by peer. began: when each endorsement began.
    """

    at: Floats
    counts: Wholes
    complete: Floats
    who: Wholes
    sequence: Wholes
    ends: Wholes
    arrived: Floats
    committed: Floats
    links: Floats
    streams: Floats
    channels: Floats
    cores: Floats
    turns: Wholes
    longest: Floats
    began: Floats
    validators: Floats
    reached: Wholes
    missing: Wholes
    released: Wholes
    writers: Wholes
    used: Floats


@njit(cache=True)
def first_of(heap: Any) -> float:
    return float(heap[0][0]) if len(heap) else np.inf


@njit(cache=True)
def oldest_call(count: Any, released: Any) -> int:
    """The oldest call that still holds its place; the next call if none does."""
    oldest = count[OLDEST]
    while oldest < count[NEXT] and released[oldest]:
        oldest += 1
    count[OLDEST] = oldest
    return int(oldest)


@njit(cache=True)
def next_place(window: int, timeout_s: float, submitted: Any, count: Any, released: Any, places: Any) -> float:
    """When a place is free for the next call, as far as that is known: where a transaction was told, or the oldest is given up."""
    if count[NEXT] < window:
        return 0.0
    oldest = oldest_call(count, released)
    return min(first_of(places), submitted[oldest] + timeout_s if oldest < count[NEXT] else np.inf)


@njit(cache=True)
def take_place(window: int, timeout_s: float, submitted: Any, count: Any, released: Any, places: Any) -> None:
    """The next call takes the place that is free first."""
    if count[NEXT] < window:
        return
    oldest = oldest_call(count, released)
    if oldest < count[NEXT] and submitted[oldest] + timeout_s < first_of(places):
        released[oldest] = 1
    else:
        heapq.heappop(places)


@njit(cache=True)
def call(now: float, prepare_s: float, jitter_s: float, at: Any, count: Any, submitted: Any, proposed: Any) -> float:
    """A call is prepared; when its proposals are sent, as far as the client is concerned, and jittered."""
    number = count[NEXT]
    submitted[number] = now
    at[CLIENT] = max(at[CLIENT], now) + prepare_s
    proposed[number] = at[CLIENT]
    count[NEXT] = number + 1
    return float(at[CLIENT] + jitter_s)


@njit(cache=True)
def endorse(
    sent: float, first: int, endorsers: int, ways_s: Any, fixed_s: float, drawn_s: float, draws: Any, channels: Any, cores: Any,
    turns: Any, longest: Any, began: Any,
) -> float:  # fmt: skip
    """Every endorser's answer to one proposal; when the last is back.

    What every transaction needs is handed over one by one: taken out of a tuple, each array's references are counted, ten times as slow.
    """
    last, peers = 0.0, ways_s.shape[0]
    peer = first % peers - 1
    for job in range(first, first + endorsers):
        peer += 1
        if peer == peers:
            peer = 0
        due = max(channels[peer], sent + ways_s[peer])
        channels[peer] = due
        service = fixed_s + drawn_s * draws[job]
        core = free_core(due, peer, cores, turns)
        begins = max(due, cores[peer, core])
        turns[peer] = core
        began[job] = begins
        cores[peer, core] = begins + service
        longest[peer] = max(longest[peer], service)
        last = max(last, begins + service + ways_s[peer])
    return last


@njit(cache=True)
def free_core(due: float, peer: int, cores: Any, turns: Any) -> int:
    """Any core of a peer that is free when a proposal arrives, the next one around if it is; else the one that is free first."""
    core = turns[peer] + 1
    if core == cores.shape[1]:
        core = 0
    if cores[peer, core] > due:
        for other in range(cores.shape[1]):
            if cores[peer, other] < cores[peer, core]:
                core = other
    return int(core)


@njit(cache=True)
def order(endorsed: float, assembly_s: float, near_s: float, service_s: float, at: Any, used: Any) -> float:
    """A complete set of endorsements becomes a transaction and is ordered; when."""
    at[CLIENT] = max(at[CLIENT], endorsed) + assembly_s
    at[ORDERER] = max(at[ORDERER], at[CLIENT] + near_s) + service_s
    used[IN_CLIENT] += assembly_s
    used[IN_ORDERER] += service_s
    return float(at[ORDERER])


@njit(cache=True)
def enqueue(when: float, number: int, complete: Any, who: Any, counts: Any) -> None:
    """Put a call where it belongs among those that wait for their endorsements: near the end, since they come nearly in order."""
    place = counts[TAIL]
    while place > counts[HEAD] and complete[place - 1] > when:
        complete[place], who[place] = complete[place - 1], who[place - 1]
        place -= 1
    complete[place], who[place] = when, number
    counts[TAIL] += 1


@njit(cache=True)
def append(now: float, size: float, number: int, timeout_s: float, at: Any, count: Any, sequence: Any) -> int:
    """Put a transaction into the open block; gives how many it holds."""
    sequence[count[ORDERED]] = number
    count[ORDERED] += 1
    at[BYTES] += size
    if at[DEADLINE] == np.inf:
        at[DEADLINE] = now + timeout_s
    return int(count[ORDERED] - count[FIRST])


@njit(cache=True)
def cut(now: float, plan: Any, times: Any, state: Any, starts: Any) -> None:
    """Close the open block and send it to every peer; the ones that are idle begin when it arrives."""
    block = state.counts[BLOCKS]
    note_cut(now, block, state.counts[FIRST], state.counts[ORDERED], state.sequence, times.cut, times.block)
    size = plan.block_bytes + state.at[BYTES]
    state.at[BYTES], state.at[DEADLINE] = 0.0, np.inf
    state.counts[FIRST] = state.ends[block] = state.counts[ORDERED]
    state.counts[BLOCKS] = block + 1
    for peer in range(plan.peers):
        source = plan.sources[peer]
        if source < 0:
            leaves = max(state.links[-1], now) + size * plan.egress_byte_s
            state.links[-1] = leaves
            state.used[IN_LINK] += size * plan.egress_byte_s
        else:
            leaves = max(state.links[source], state.arrived[block, source] + plan.hop_s) + size * plan.forward_byte_s
            state.links[source] = leaves
        state.streams[peer] = max(state.streams[peer], leaves) + size * plan.stream_byte_s[peer]
        state.arrived[block, peer] = state.streams[peer] + plan.paths_s[peer]
        if state.reached[peer] == block:
            heapq.heappush(starts, (max(state.validators[peer], state.arrived[block, peer]), peer))


@njit(cache=True)
def note_cut(now: float, block: int, first: int, end: int, sequence: Any, cut_s: Any, block_of: Any) -> None:
    for place in range(first, end):
        number = sequence[place]
        cut_s[number], block_of[number] = now, block


@njit(cache=True)
def endorsing(now: float, peer: int, plan: Any, draws: Any, state: Any) -> int:
    """How many cores of a peer are busy with endorsements: those that began and have not ended.  A peer begins its jobs in order."""
    return busy(now, peer, plan.peers, state.counts[NEXT] * plan.endorsers, plan.endorse_fixed_s, plan.endorse_drawn_s, draws.endorse,
                state.began, now - state.longest[peer])  # fmt: skip


@njit(cache=True)
def busy(now: float, peer: int, peers: int, known: int, fixed_s: float, drawn_s: float, draws: Any, began: Any, least: float) -> int:
    low, high = 0, (known - 1 - peer) // peers + 1 if known > peer else 0
    while low < high:
        middle = (low + high) // 2
        if began[peer + middle * peers] <= now:
            low = middle + 1
        else:
            high = middle
    found, job = 0, peer + (low - 1) * peers
    while job >= 0 and began[job] >= least:
        if now < began[job] + (fixed_s + drawn_s * draws[job]):
            found += 1
        job -= peers
    return found


@njit(cache=True)
def validate(plan: Any, draws: Any, times: Any, state: Any, starts: Any, places: Any) -> None:
    """A peer validates its next block; the client may then be told, and the last peer's commit shows which conflicts there were."""
    now, peer = heapq.heappop(starts)
    block = state.reached[peer]
    first = state.ends[block - 1] if block else 0
    size = state.ends[block] - first
    free = max(1, plan.cores - endorsing(now, peer, plan, draws, state))
    seconds = math.ceil(size / free) * plan.check_s + size * (plan.conflict_check_s + plan.ledger_s) + plan.ledger_block_s
    commit = now + seconds
    state.used[3 + peer] += seconds
    state.validators[peer] = state.committed[block, peer] = commit
    state.reached[peer] = block + 1
    if block + 1 < state.counts[BLOCKS]:
        heapq.heappush(starts, (max(commit, state.arrived[block + 1, peer]), peer))
    told = commit + plan.ways_s[peer] + plan.notify_s
    state.missing[block] += 1
    if plan.first_tells:
        if peer == 0:
            tell(told, first, first + size, plan, times, state, places)
    else:
        state.arrived[block, peer] = told
        if state.missing[block] == plan.peers:
            tell(state.arrived[block].max(), first, first + size, plan, times, state, places)
    if state.missing[block] == plan.peers:
        check(
            block, first, first + size, plan.endorsers, draws.hot, state.sequence, state.writers, state.committed, state.began, times.valid
        )
        state.counts[CHECKED] = first + size


@njit(cache=True)
def tell(told: float, first: int, end: int, plan: Any, times: Any, state: Any, places: Any) -> None:
    """The client is told of a block; its transactions leave their places, if they have not been given up."""
    note_told(told, first, end, state.sequence, times.done)
    if plan.window:
        release(told, first, end, plan.client_timeout_s, state.sequence, state.released, times.submitted, places)


@njit(cache=True)
def note_told(told: float, first: int, end: int, sequence: Any, done: Any) -> None:
    for place in range(first, end):
        done[sequence[place]] = told


@njit(cache=True)
def release(told: float, first: int, end: int, timeout_s: float, sequence: Any, released: Any, submitted: Any, places: Any) -> None:
    for place in range(first, end):
        number = sequence[place]
        if not released[number]:
            released[number] = 1
            heapq.heappush(places, (min(told, submitted[number] + timeout_s), number))


@njit(cache=True)
def check(
    block: int, first: int, end: int, endorsers: int, hot: Any, sequence: Any, writers: Any, committed: Any, began: Any, valid: Any
) -> None:  # fmt: skip
    """A transaction on a shared key is valid if the last valid write of it was committed where and when it was endorsed."""
    peers = committed.shape[1]
    for place in range(first, end):
        number = sequence[place]
        key = hot[number]
        fits = True
        if key >= 0:
            writer = writers[key]
            job = number * endorsers
            fits = writer < 0 or (writer < block and committed[writer, job % peers] <= began[job])
            if fits:
                writers[key] = block
        valid[number] = fits


@njit(cache=True)
def loop(plan: Any, draws: Any, times: Any, state: Any) -> bool:
    """Until every transaction is checked; false when there are more blocks than there is room for."""
    starts, places = [(0.0, 0)], [(0.0, 0)]
    starts.pop()
    places.pop()
    at, count, n, k = state.at, state.counts, plan.transactions, plan.endorsers
    arrivals_s, jitter, payload, complete, who = draws.arrivals_s, draws.jitter, draws.payload, state.complete, state.who
    submitted, proposed, ordered, used, sequence, released = (
        times.submitted, times.proposed, times.ordered, state.used, state.sequence, state.released)  # fmt: skip
    ways_s, draws_s, channels, cores, turns, longest, began_s, endorsed_s = (
        plan.ways_s, draws.endorse, state.channels, state.cores, state.turns, state.longest, state.began, times.endorsed)  # fmt: skip
    rooms = state.ends.shape[0]
    while count[CHECKED] < n:
        if count[BLOCKS] + 3 > rooms:
            return False
        number = count[NEXT]
        called = arrivals_s[number] if number < n else np.inf
        if plan.window and number < n:
            called = max(called, next_place(plan.window, plan.client_timeout_s, submitted, count, released, places))
        endorsed = complete[count[HEAD]] if count[HEAD] < count[TAIL] else np.inf
        began, late = first_of(starts), at[DEADLINE]
        if called <= endorsed and called <= began and called <= late:
            if plan.window:
                take_place(plan.window, plan.client_timeout_s, submitted, count, released, places)
            sent = call(called, plan.prepare_s, plan.jitter_s * jitter[number], at, count, submitted, proposed)
            last = endorse(sent, number * k, k, ways_s, plan.endorse_fixed_s, plan.endorse_drawn_s, draws_s, channels, cores, turns,
                           longest, began_s)  # fmt: skip
            endorsed_s[number] = last
            enqueue(last, number, complete, who, count)
        elif endorsed <= began and endorsed <= late:
            number = who[count[HEAD]]
            count[HEAD] += 1
            size = plan.fixed_bytes + plan.drawn_bytes * payload[number]
            now = plan.order_delay_s + order(endorsed, plan.assemble_s + size * plan.client_byte_s, plan.near_s,
                                             plan.order_s + size * plan.order_byte_s, at, used)  # fmt: skip
            ordered[number] = now
            if late < now:
                cut(late, plan, times, state, starts)
            if count[ORDERED] > count[FIRST] and at[BYTES] + size > plan.preferred_bytes:
                cut(now, plan, times, state, starts)
            if append(now, size, number, plan.block_timeout_s, at, count, sequence) >= plan.block_count or size > plan.preferred_bytes:
                cut(now, plan, times, state, starts)
        elif began <= late:
            validate(plan, draws, times, state, starts, places)
        else:
            cut(late, plan, times, state, starts)
    used[IN_CLIENT] += n * plan.prepare_s
    return True


def empty(plan: Plan, draws: Draws, blocks: int) -> tuple[Times, State]:
    """Times to fill in, and the state of a network at rest with room for so many blocks."""
    n, peers, whole = plan.transactions, plan.peers, np.int64
    state = State(
        at=np.array([0.0, 0.0, np.inf, 0.0]), counts=np.zeros(8, whole), complete=np.zeros(n), who=np.zeros(n, whole),
        sequence=np.zeros(n, whole), ends=np.zeros(blocks, whole),
        arrived=np.zeros((blocks, peers)), committed=np.zeros((blocks, peers)), links=np.zeros(peers + 1), streams=np.zeros(peers),
        channels=np.zeros(peers), cores=np.zeros((peers, plan.cores)), turns=np.zeros(peers, whole), longest=np.zeros(peers),
        began=np.zeros(n * plan.endorsers), validators=np.zeros(peers), reached=np.zeros(peers, whole), missing=np.zeros(blocks, whole),
        released=np.zeros(n if plan.window else 1, whole), writers=np.full(int(draws.hot.max(initial=-1)) + 2, -1, whole),
        used=np.zeros(3 + peers),
    )  # fmt: skip
    return blank(n), state


def simulate(plan: Plan, draws: Draws) -> Times:
    """When what happened to each transaction, as `reference.simulate` gives it: about a million transactions a second."""
    least = min(plan.block_count, max(1, int(plan.preferred_bytes / (plan.fixed_bytes + plan.drawn_bytes))))
    blocks = min(plan.transactions + 4, plan.transactions // least + int(draws.arrivals_s[-1] / plan.block_timeout_s) + 64)
    times, state = empty(plan, draws, blocks)
    while not loop(plan, draws, times, state):
        blocks *= 2
        times, state = empty(plan, draws, blocks)
    times.in_use_s[:3] = state.used[:3]
    times.in_use_s[3] = state.used[3:].max()
    return times
