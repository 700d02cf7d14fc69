"""The steps put together: what the commands do, callable from a notebook.

Only this package imports from all others; they do not import from it.
"""
