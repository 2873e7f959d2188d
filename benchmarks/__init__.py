"""Speed: measured in one run, printed as seconds and ratios, never asserted."""
