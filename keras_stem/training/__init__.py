"""Recipe, targets, scores, callbacks, and the training itself."""
