"""MLflow plugin through which ``mlflow.keras`` loads models of keras_stem without an explicit import.

MLflow has no hook for the classes of Keras models, but it imports all installed plugins. This plugin adds no
context; its import registers the classes of keras_stem with Keras.
"""

from mlflow.tracking.context.abstract_context import RunContextProvider


class NoContext(RunContextProvider):
    """Run context provider that adds no tags."""

    def in_context(self) -> bool:  # noqa: D102
        return False

    def tags(self) -> dict[str, str]:  # noqa: D102
        return {}
