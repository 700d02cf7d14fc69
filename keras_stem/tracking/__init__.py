"""Experiment tracking with MLflow: runs, data sets, registered models and their aliases."""
