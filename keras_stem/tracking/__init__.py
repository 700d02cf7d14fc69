"""MLflow: runs, data sets, registered models and their aliases."""
