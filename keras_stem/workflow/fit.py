"""Training with scoring, tracking and registration of the model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from orix.quaternion import Rotation

from keras_stem.choices import MODEL_URIS
from keras_stem.crystal.axes import relation
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import euler_degrees, euler_of
from keras_stem.errors import KerasStemError, TrainingDivergedError
from keras_stem.figures.training import curves_figure, parity_figure
from keras_stem.inference.predictions import predict
from keras_stem.metrics.scores import Scores, score
from keras_stem.networks.checkpoints import checkpoint_weights, model_weights
from keras_stem.tracking.registry import promote_alias, register
from keras_stem.tracking.resolve import load_model
from keras_stem.tracking.run import TrackedRun, tracked_run
from keras_stem.tracking.store import absolute_uri, connect, present
from keras_stem.training.criterion import Criterion
from keras_stem.training.data import TrainingData, training_data
from keras_stem.training.devices import device_count
from keras_stem.training.recipe import Recipe
from keras_stem.training.state import RunState, last_interrupted
from keras_stem.training.train import Trained, train


@dataclass(frozen=True)
class FitResult:
    """Result of a training.

    Parameters
    ----------
    run_id
        Identifier of the MLflow run.
    model_uri
        URI of the registered model version.
    aliases
        Aliases that were assigned to the version.
    epochs
        Number of trained epochs.
    scores
        Scores on DS_Val, DS_Test and DS_Q against the labels.
    """

    run_id: str
    model_uri: str
    aliases: list[str]
    epochs: int
    scores: dict[str, Scores]


def fit(
    scan_path: str | Path = "",
    recipe: Recipe | None = None,
    verbose: bool = False,
    name: str | None = None,
    tags: Mapping[str, str] | None = None,
    tell: Callable[[str], None] = lambda line: None,
    devices: int | None = None,
) -> FitResult:
    """Train a model on a scan or on a simulation, as an MLflow run, and register it.

    Parameters
    ----------
    scan_path
        Path of the scan with labels; empty if the recipe simulates the patterns.
    recipe
        Recipe of the training; `Recipe()` by default.
    verbose
        Whether to show progress.
    name, tags
        Name and additional tags of the run; the name consists of the network and the scan title by default.
    tell
        Function that is called before the training with each note for the user.
    devices
        Number of devices, as for `keras_stem.training.devices.data_parallel`.

    Returns
    -------
    FitResult

    Raises
    ------
    KerasStemError
        If the scan or the initial weights cannot be used, or the training diverges.
    """
    recipe = recipe or Recipe()
    device_count(devices)  # wrong numbers leave no run
    path = str(Path(scan_path).resolve()) if scan_path else ""
    with training_data(recipe, path) as data:
        initial = _initial_weights(recipe)
        client = connect(writing=True)
        for note in data.notes:
            tell(note)
        with tracked_run(name or f"{recipe.arch} {data.title}") as run:
            run.log_start(data, recipe, tags or {})
            state = RunState(run.run_id, path, recipe.to_dict(), absolute_uri())
            state.save()
            return _fit(client, run, data, recipe, state, initial, verbose, devices)


def resume(state: RunState | None = None, verbose: bool = False, devices: int | None = None) -> FitResult:
    """Resume an interrupted training.

    Weights, optimizer state, best weights, history and the order of the data are restored to the end of the
    last finished epoch; the interrupted epoch is repeated from its beginning. On a GPU, non-deterministic
    kernels can still cause small differences.

    Parameters
    ----------
    state
        State of the training; that of the most recently interrupted training by default.
    verbose
        Whether to show progress.
    devices
        Number of devices, as for `keras_stem.training.devices.data_parallel`.

    Raises
    ------
    KerasStemError
        If there is no interrupted training, or its scan has changed or does not exist.
    """
    device_count(devices)
    state = state or last_interrupted()
    recipe = Recipe.from_dict(state.recipe)
    with training_data(recipe, state.scan) as data:
        client = _connect_to_interrupted(state)
        known = client.get_run(state.run_id).data.tags.get("scan_fingerprint")
        if known != data.fingerprint:
            raise KerasStemError(
                f"{data.path} has changed since the run {state.run_id} began; start a new training."
            )
        initial = None if state.epochs else _initial_weights(recipe)
        with tracked_run(recipe.arch, state.run_id) as run:
            return _fit(client, run, data, recipe, state, initial, verbose, devices)


def _connect_to_interrupted(state: RunState) -> MlflowClient:
    """Connect to the store of an interrupted run, or to the current store if the former does not exist."""
    if not present(state.tracking_uri):
        state.tracking_uri = absolute_uri()
    client = connect(state.tracking_uri, writing=True)
    try:
        client.get_run(state.run_id)
    except MlflowException as error:
        raise KerasStemError(
            f"Found no run {state.run_id} in {state.tracking_uri}; set MLFLOW_TRACKING_URI to its store."
        ) from error
    return client


def _fit(
    client: MlflowClient,
    run: TrackedRun,
    data: TrainingData,
    recipe: Recipe,
    state: RunState,
    initial: dict[str, np.ndarray] | None,
    verbose: bool,
    devices: int | None,
) -> FitResult:
    try:
        trained = train(data, recipe, state, run.log_epoch, verbose, initial, devices)
    except TrainingDivergedError:
        state.discard()  # a resumed training would diverge again
        raise
    except KeyboardInterrupt:
        if not state.epochs:
            state.discard()
            raise
        message = f"Interrupted after epoch {state.epochs}; kstem fit --resume continues the training."
        raise KeyboardInterrupt(message) from None
    run.log_scores(trained.scores)
    parameters, epochs = trained.model.network.count_params(), len(trained.history)
    run.log_speed(trained.speed, parameters, epochs, _epochs_to_criterion(trained, recipe))
    run.log_history(trained.history)
    if trained.transfer:
        run.log_transfer(trained.transfer)
    _log_figures(run, data, trained)
    model_uri, model_id = run.log_model(trained.model)
    version = register(client, trained.model.card, model_uri, model_id, run.run_id)
    aliases = promote_alias(client, version, trained.scores["test"].median, _Incumbent(data).median)
    state.discard()
    return FitResult(
        run_id=run.run_id,
        model_uri=f"models:/{version.name}/{version.version}",
        aliases=aliases,
        epochs=len(trained.history),
        scores=trained.scores,
    )


def _initial_weights(recipe: Recipe) -> dict[str, np.ndarray] | None:
    if recipe.weights is None:
        return None
    if not recipe.weights.startswith(MODEL_URIS):
        return checkpoint_weights(recipe.weights, recipe.network)
    model = load_model(recipe.weights)
    if model.card.arch != recipe.arch:
        raise KerasStemError(
            f"Expected weights of {recipe.arch}, found a {model.card.arch}: {recipe.weights}."
        )
    return model_weights(model)


def _epochs_to_criterion(trained: Trained, recipe: Recipe) -> int | None:
    """Return the number of epochs until DS_Val first met the criterion, or None."""
    criterion = Criterion.parse(recipe.stop)
    return next((epoch for epoch, logs in enumerate(trained.history, 1) if criterion.met(logs)), None)


def _log_figures(run: TrackedRun, data: TrainingData, trained: Trained) -> None:
    run.log_figure(curves_figure(trained.history), "curves")
    predicted = trained.predictions["test"].euler
    labels = data.scored["test"].rotations
    angles = disorientation(Rotation.from_euler(predicted), labels, data.symmetry)
    expected = euler_degrees(labels, data.symmetry)
    run.log_figure(parity_figure(expected, np.rad2deg(predicted), np.rad2deg(angles)), "test_parity")


class _Incumbent:
    """Scorer of registered versions on the test positions of a new version."""

    def __init__(self, data: TrainingData):
        self._data = data
        self._known: dict[str, float | None] = {}

    def median(self, version: ModelVersion) -> float | None:
        if version.version not in self._known:
            self._known[version.version] = self._score(version)
        return self._known[version.version]

    def _score(self, version: ModelVersion) -> float | None:
        test = self._data.scored["test"]
        try:
            model = load_model(f"models:/{version.name}/{version.version}")
        except KerasStemError:
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
