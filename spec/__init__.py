"""What the protocol is: the specification language, the paper's text, and the variants made of it.  No solver, no input or output."""
