"""The fast engine beside SimPy; figures of one run, on the machine that is named."""
