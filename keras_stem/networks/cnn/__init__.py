"""The convolutional network of Wissel et al."""
