"""Neural networks that map diffraction patterns to the outputs that a head decodes to orientations.

Each network is a subpackage: ``options.py`` declares it without importing Keras, ``builder.py`` builds it.
`keras_stem.networks.registry` finds the networks of this package and of other packages.
"""
