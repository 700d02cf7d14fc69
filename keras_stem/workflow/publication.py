"""Publication of a trained model: where its users find it, and which aliases it has."""

from dataclasses import dataclass

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from orix.quaternion import Rotation

from keras_stem.crystal.axes import relation
from keras_stem.crystal.euler import euler_of
from keras_stem.errors import KerasStemError
from keras_stem.inference.predictions import predict
from keras_stem.metrics.scores import score
from keras_stem.tracking.registry import promote_alias
from keras_stem.tracking.resolve import load_model
from keras_stem.tracking.run_store import RunStore
from keras_stem.training.data import TrainingData


@dataclass(frozen=True)
class PublishedModel:
    """Model that was registered.

    Parameters
    ----------
    run_id
        Identifier of its run.
    uri
        URI of its version.
    aliases
        Aliases that were assigned to it.
    """

    run_id: str
    uri: str
    aliases: list[str]


def publish_model(store: RunStore, run_id: str, median: float, data: TrainingData) -> PublishedModel | None:
    """Publish the model of an ended run, and assign the aliases for which it is the best.

    Parameters
    ----------
    store
        Store of the run.
    run_id
        Identifier of the run.
    median
        Median disorientation on DS_Test (degrees).
    data
        Data of the training, on whose test positions the models that have the aliases are scored.

    Returns
    -------
    PublishedModel or None
        None if a tracking server does not take the model now.
    """
    published = store.publish(run_id)
    if published is None:
        return None
    version, client, aliases = published.version, published.client, []
    try:
        aliases = promote_alias(client, version, median, _Incumbent(data, store, client).median)
        store.confirm(run_id)
    except Exception:
        if not store.sender:
            raise
        # kstem sync asks the server again; the training has succeeded.
    return PublishedModel(published.run_id, f"models:/{version.name}/{version.version}", aliases)


class _Incumbent:
    """Scorer of registered versions on the test positions of a new version."""

    def __init__(self, data: TrainingData, store: RunStore, client: MlflowClient):
        self._data, self._client, self._is_local = data, client, store.sender is None
        self._known: dict[str, float | None] = {}

    def median(self, version: ModelVersion) -> float | None:
        if version.version not in self._known:
            self._known[version.version] = self._score(version)
        return self._known[version.version]

    def _score(self, version: ModelVersion) -> float | None:
        test = self._data.scored["test"]
        try:
            model = load_model(f"models:/{version.name}/{version.version}", self._client)
        except KerasStemError:
            if not self._is_local:
                raise  # a server may fail for a moment
            return float("inf")  # the files of the model are missing
        to_data = relation(model.card.load_phase(), self._data.phase)
        if to_data is None:
            return None  # a different crystal with the same name
        try:
            source = self._data.test_source_for(model.card)
        except KerasStemError:
            return None
        predicted = to_data * Rotation.from_euler(predict(model, source, test.positions).euler)
        return score(euler_of(predicted), test.rotations, self._data.symmetry).median
