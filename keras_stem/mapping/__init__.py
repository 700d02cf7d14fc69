"""A model applied to a scan, and the map written out."""
