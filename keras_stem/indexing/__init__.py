"""Template matching on diffsims and pyxem: the open way to labels with Q and R."""
