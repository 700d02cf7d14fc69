"""Metrics of predicted orientations and their uncertainties."""
