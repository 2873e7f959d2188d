"""A text of your own that is no market of data: lots and bids.  It reads ranges, so that a bid in between makes a count invalid.

    marketproof fabric compare --variant examples/auction.py
"""

from spec.language import BOOLEAN, INTEGER, MEMBER, Text, Variant, becomes, count, every, reconstructed, reference, some, total

BECAUSE = "a small text of its own: ranges, scans and blind writes"
auction = Text("auction", "lots, bids below them, and a register of everybody", roles=("bidder", "seller"))
NUMBER = reconstructed(INTEGER, BECAUSE)
LOT = auction.table(
    "Lot",
    "what is sold",
    BECAUSE,
    {"bids": NUMBER, "sum": NUMBER, "open": NUMBER, "last": reconstructed(MEMBER, BECAUSE), "empty": reconstructed(BOOLEAN, BECAUSE)},
)
BID = auction.table(
    "Bid", "what is offered", BECAUSE, {"price": reconstructed(INTEGER, BECAUSE)}, key={"lot": reference("Lot"), "bidder": MEMBER}
)


@auction.transaction(caller="bidder", because=BECAUSE)
def open_lot(tx, lot: LOT):
    """Reads nothing, writes a whole row."""
    tx.effect("open", LOT[lot].put(open=1))


@auction.transaction(caller="bidder", because=BECAUSE)
def bid(tx, lot: LOT, price: INTEGER):
    """A blind write: the whole row of the caller's bid."""
    tx.effect("bid", BID[lot, tx.caller].put(price=price))


@auction.transaction(caller="bidder", because=BECAUSE)
def tally(tx, lot: LOT):
    """Counts the bids of a lot by a range read; emits two events, of which the later survives."""
    tx.require("lot_open", lot.open == 1, because=BECAUSE)
    tx.effect(
        "tally",
        becomes(lot.bids, count(BID.rows(lot), lambda row: row.price > 0)),
        becomes(lot.sum, total(BID.rows(lot), lambda row: row.price)),
    )
    tx.event("Tallied", lot)
    tx.event("Empty", lot, when=~some(BID.rows(lot), lambda row: row.exists))


@auction.transaction(caller="bidder", because=BECAUSE)
def name_last(tx, lot: LOT):
    """Writes one cell for every bid: the last bidder in the order of identifiers stays."""
    tx.for_each(BID.rows(lot), lambda row: tx.effect("last", becomes(lot.last, row.bidder)))


@auction.transaction(caller="bidder", because=BECAUSE)
def close_all(tx, lot: LOT):
    """Scans all lots, as it declares."""
    tx.scan("Lot")
    tx.require("all_open", every(LOT, lambda other: other.open == 1), because=BECAUSE)
    tx.effect("close", becomes(lot.open, 2))


VARIANT = Variant("auction", "lots and bids", auction)
