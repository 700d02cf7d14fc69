"""Training: recipes, training data, learning-rate schedules, callbacks and the training loop."""
