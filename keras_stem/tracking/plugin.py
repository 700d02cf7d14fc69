"""What MLflow imports wherever keras_stem is installed, so that ``mlflow.keras`` loads our models by itself.

MLflow asks no package for the classes of Keras models. It imports plugins, of which this is one that adds
nothing: the import of keras_stem tells Keras our classes.
"""

from mlflow.tracking.context.abstract_context import RunContextProvider


class NoContext(RunContextProvider):
    """Knows nothing about runs."""

    def in_context(self) -> bool:  # noqa: D102
        return False

    def tags(self) -> dict[str, str]:  # noqa: D102
        return {}
