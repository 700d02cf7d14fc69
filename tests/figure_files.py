"""Pictures in a folder, for tests. Not a test itself."""


def figures_of(folder):
    """The names of the pictures that are there both as PNG and as SVG."""
    return {path.stem for path in folder.glob("*.png")} & {path.stem for path in folder.glob("*.svg")}
