"""The ledger's speed and the faults that it survives; figures of one run, on the machine that is named."""
