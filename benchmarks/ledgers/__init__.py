"""One text on several ledgers, measured in one run."""
