"""Networks from diffraction patterns to the numbers that a head reads as orientations.

Each network is a folder: ``options.py`` declares it without importing Keras, ``builder.py`` builds it.
`keras_stem.networks.registry` finds those of this package and those of others.
"""
