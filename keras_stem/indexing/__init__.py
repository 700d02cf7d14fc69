"""Template matching with diffsims and pyxem, an open-source way to labels with Q and R."""
