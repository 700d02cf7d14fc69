"""Template matching and refinement by which reflections are seen, a way to labels with Q and R."""
