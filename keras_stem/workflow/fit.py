"""Training with scoring, tracking and registration of the model."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from orix.quaternion import Rotation

from keras_stem.choices import MODEL_URIS
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import euler_degrees
from keras_stem.errors import KerasStemError, TrainingDivergedError
from keras_stem.figures.training import curves_figure, parity_figure
from keras_stem.metrics.scores import Scores
from keras_stem.networks.checkpoints import checkpoint_weights, model_weights
from keras_stem.tracking.artifacts import local_folder
from keras_stem.tracking.registry import register
from keras_stem.tracking.resolve import load_model
from keras_stem.tracking.run import KERAS_FILE, TrackedRun, tracked_run
from keras_stem.tracking.run_store import RunStore, run_store
from keras_stem.tracking.store import present
from keras_stem.training.criterion import Criterion
from keras_stem.training.data import TrainingData, training_data
from keras_stem.training.devices import device_count
from keras_stem.training.recipe import Recipe
from keras_stem.training.state import RunState, held, last_interrupted
from keras_stem.training.train import Trained, train
from keras_stem.workflow.publication import PublishedModel, publish_model


@dataclass(frozen=True)
class FitResult:
    """Result of a training.

    Parameters
    ----------
    run_id
        Identifier of the MLflow run; that in the local store if a tracking server did not take it.
    model_uri
        URI of the registered model version; the path of the model if a tracking server did not take it.
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
    store: RunStore | None = None,
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
        Name of the run (that of the network and of the scan by default), and additional tags.
    tell
        Function that is called with notes for the user, about the data or a tracking server.
    devices, store
        As for `keras_stem.training.devices.data_parallel`; store of the run, if it is open.

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
        initial = initial_weights(recipe)
        for note in data.notes:
            tell(note)
        with nullcontext(store) if store else run_store(tell=tell) as store:
            with tracked_run(store, name or f"{recipe.arch} {data.title}") as run:
                run.log_start(data, recipe, tags or {})
                state = RunState(run.run_id, path, recipe.to_dict(), store.uri).kept_in(store.states)
                with held(store.states, run.run_id):
                    fitted = _fit(store.client, run, data, recipe, state, initial, verbose, devices)
            return _published(store, fitted, data, state)


def resume(
    state: RunState | None = None,
    verbose: bool = False,
    devices: int | None = None,
    tell: Callable[[str], None] = lambda line: None,
    store: RunStore | None = None,
) -> FitResult:
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
    tell
        Function that is called with a note if a tracking server does not take the run.
    store
        Store of the run, if it is open already.

    Raises
    ------
    KerasStemError
        If there is no interrupted training, another process trains it, or its scan has changed or does not
        exist.
    """
    device_count(devices)
    state = state or last_interrupted()
    recipe = Recipe.from_dict(state.recipe)
    with (
        training_data(recipe, state.scan) as data,
        nullcontext(store) if store else _store_of_interrupted(state, tell) as store,
    ):
        if _tags(store, state).get("scan_fingerprint") != data.fingerprint:
            raise KerasStemError(
                f"{data.path} has changed since the run {state.run_id} began; start a new training."
            )
        initial = None if state.epochs else initial_weights(recipe)
        with held(store.states, state.run_id), tracked_run(store, recipe.arch, state.run_id) as run:
            fitted = _fit(store.client, run, data, recipe, state, initial, verbose, devices)
        return _published(store, fitted, data, state)


def _store_of_interrupted(state: RunState, tell: Callable[[str], None]) -> AbstractContextManager[RunStore]:
    """Return the store of an interrupted run, or the current store if the former does not exist."""
    return run_store(state.tracking_uri if present(state.tracking_uri) else None, tell)


def _tags(store: RunStore, state: RunState) -> dict[str, str]:
    """Return the tags of an interrupted run."""
    try:
        return store.client.get_run(state.run_id).data.tags
    except MlflowException as error:
        raise KerasStemError(
            f"Found no run {state.run_id} in {store.uri}; set MLFLOW_TRACKING_URI to its store."
        ) from error


@dataclass(frozen=True)
class _Fitted:
    """Training whose model is logged."""

    run_id: str
    trained: Trained
    file: Path


def _fit(
    client: MlflowClient,
    run: TrackedRun,
    data: TrainingData,
    recipe: Recipe,
    state: RunState,
    initial: dict[str, np.ndarray] | None,
    verbose: bool,
    devices: int | None,
) -> _Fitted:
    try:
        state.save()
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
    register(client, trained.model.card, model_uri, model_id, run.run_id)
    folder = local_folder(client.get_logged_model(model_id).artifact_location)
    return _Fitted(run.run_id, trained, folder / KERAS_FILE)


def _published(store: RunStore, fitted: _Fitted, data: TrainingData, state: RunState) -> FitResult:
    """Publish the model of an ended run."""
    trained = fitted.trained
    state.discard()  # the run has ended
    model = publish_model(store, fitted.run_id, trained.scores["test"].median, data)
    model = model or PublishedModel(fitted.run_id, str(fitted.file), [])
    return FitResult(model.run_id, model.uri, model.aliases, len(trained.history), trained.scores)


def initial_weights(recipe: Recipe) -> dict[str, np.ndarray] | None:
    """Return the initial weights of a recipe by their paths in the network; None if they are random.

    Raises
    ------
    KerasStemError
        If they cannot be read, or are those of another network.
    """
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
