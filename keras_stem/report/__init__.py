"""Self-contained HTML reports about a map or a training."""
