"""The tables, studies and findings of Wissel et al. on simulated scans (docs/paper.md)."""
