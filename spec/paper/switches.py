"""X01 to X19: where the paper contradicts itself, the readings that the text can take, and the default with its reason.

A printed listing wins; between two sentences the earlier one does, unless it cannot be executed at all.
"""
# ruff: noqa: E501 (a table: a line is a row)

from __future__ import annotations

from spec.text import Text

LISTING = "a printed listing wins"
EARLIER = "neither side is a listing: the earlier line wins"
NOTHING = "no transaction"


def declare(text: Text) -> None:
    """Declare all nineteen switches on the text."""
    add = text.switch
    add("X01", "L523 nonces make every reported hash different", "L627 the MO checks that replica hashes on the chain are equal",
        {"nonces": "each hash covers a nonce; hashes of replicas differ", "equal": "no nonce; hashes of replicas are equal"},
        "nonces", EARLIER, "JoinCI and UpdateTJ: what an honest owner hashes")
    add("X02", "L511 CreateDSS makes an entry for each chunk, replicas included", "L413-420 a parity of DSS index takes all its CIs",
        {"subset": "one DSS for a subset, its replicas are CIs", "chunk": "one DSS for each chunk; a replica names its original"},
        "subset", LISTING, "CreateDSS: the field replica_of")
    add("X03", "L420 rem counts the CIs of the selected subsets", "L619, L638 complete when rem matches the number of PPDS",
        {"instances": "rem starts at the number of selected CIs", "subsets": "rem starts at the number of selected subsets"},
        "instances", LISTING, "StartRound: SetRemaining")
    add("X04", "L469 the CO records its hash in the CI by JoinCI", "L700 only the DO has permission to update the CI",
        {"owner_joins": "a CO calls JoinCI; only the DO changes the status", "only_the_do": "JoinCI is refused unless the DO calls it"},
        "owner_joins", EARLIER, "JoinCI: the guard caller_may_update")
    add("X05", "L503 all mn COs train in each round", "L591, L413-420 a random set trains",
        {"selected": "only the selected subsets train", "all": "every subset is selected in every round"},
        "selected", LISTING, "StartRound: SelectSubsets")
    add("X06", "L209, L375, L736 the selection is random", "L407 (Round+1) % 2",
        {"parity": "subsets whose index has the parity of the round", "draw": "the endorser's random draw, which the caller gets to see and send"},
        "parity", LISTING, "StartRound: SelectSubsets")
    add("X07", "L480 verified chunks become ready for training", "L413-420 the listing never reads the CI's status",
        {"unread": "StartRound does not look at the status", "verified_only": "StartRound is refused while a selected CI is not verified"},
        "unread", LISTING, "StartRound: the guard instances_verified")
    add("X08", "L565 Mod.hash holds the hash declared by a CO", "L615 each TJ has the hash of its own model",
        {"job": "UpdateTJ writes the TJ only", "single": "UpdateTJ also overwrites the one field of the Mod"},
        "job", "both lines can be kept: each TJ has its hash (L615), and UpdateMod writes Mod.hash", "UpdateTJ")
    add("X09", "L614 the model location is signed with the public key", "L616, L641 it is encrypted with it",
        {"encrypted": "only the MO can open the location", "signed": "everybody can read the location"},
        "encrypted", "the earlier line cannot be executed: nobody signs with another's public key", "TJ.location")
    add("X10", "L610 the program's URL is encrypted with keys found in the training file", "L612 the file is reached by that URL",
        {"clear": "the URL can be read", "circular": "the URL can be read only by who has fetched the file already"},
        "clear", "the earlier line cannot be executed: the key lies behind the lock", "FetchTrainingFile")
    add("X11", "L366 about 37 transactions", "L754 15 transactions in all",
        {"both": "15 called by members and 22 called from within them", "fifteen": "15, whatever they call"}, "both", EARLIER, NOTHING)
    add("X12", "L21 up to 70 models/s", "L877 about 950 tps over 15 transactions, 65 models/s",
        {"abstract": "70 models/s", "section": "63 to 67 models/s"}, "abstract", EARLIER, NOTHING)
    add("X13", "L355-364 a TC has ds and no list of subsets", "L406-409 the code uses Dsid and Curdssidlist, and never unmarshals",
        {"unmarshalled": "the couple is what was stored, with Curdssidlist", "as_printed": "tc is zero: its status is never APPROVED"},
        "unmarshalled", "both are listings: the one that can run", "StartRound: the guard couple_approved")
    add("X14", "L9, L1039 parties are given incentives", "L1049 payment is future work",
        {"incentives": "as the abstract says", "future": "nothing pays"}, "incentives", EARLIER, NOTHING)
    add("X15", "L290 member access is controlled by the ACL", "L378-429 StartRound checks no caller",
        {"role": "the caller's role is checked", "nothing": "nobody is checked", "owner": "role and ownership are checked"},
        "role", "an exception to 'a printed listing wins': the listing leaves the check out and does not forbid it; roles are what L290 asks at least",
        "AssertRole and AssertOwner in every transaction")
    add("X16", "L302-309 a DO has name and organization", "L325 identities are never stored",
        {"listing": "name and organization are optional fields", "never": "there are no such fields"}, "listing", LISTING, "DO, CO, MO")
    add("X17", "L335 a TC has a DSS and a model", "L357 a TC has a DS and a model",
        {"dataset": "a couple names a dataset", "subset": "a couple also names the one subset that it trains on"},
        "dataset", LISTING, "RequestTC and StartRound")
    add("X18", "L95, L791 three locations, up to 24 peers in each", "L792, L914 two data centres, 24 peers in total",
        {"three": "three locations", "two": "two data centres"}, "three", EARLIER, NOTHING)
    add("X19", "L771 standard default settings", "L780-783 block size 500, time-out 1 s, a block formation policy 2:3:1",
        {"printed": "the printed numbers", "defaults": "the defaults of Fabric 1.2"}, "printed", "the numbers are more specific than the word", NOTHING)  # fmt: skip
