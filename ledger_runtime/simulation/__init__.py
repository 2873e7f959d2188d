"""The network as a queueing model: a reference simulation, a fast engine that gives the same times, and experiments with both."""
