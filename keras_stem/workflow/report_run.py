"""HTML report about a training."""

import re
from datetime import UTC, datetime
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from keras_stem.errors import KerasStemError, reason_of
from keras_stem.figures.style import save_both
from keras_stem.figures.training import CURVES, curves_figure
from keras_stem.files import complete_folder
from keras_stem.metrics.vocabulary import (
    COST,
    DISORIENTATION,
    DS_TEST,
    EULER,
    MODULO_180,
    TRACKED,
    cells,
    explained,
    final,
)
from keras_stem.report.page import Page, Picture, Section, Written, figure_folder, read_picture, write_page
from keras_stem.report.tables import Table
from keras_stem.tracking.store import connect, tracking_uri

_RUN = re.compile(r"[0-9a-f]{6,32}")
_MODEL = re.compile(r"models:/(?P<name>[^/@]+)(?:/(?P<version>\d+)|@(?P<alias>[^/@]+))")

_TITLES = {
    "test_parity": (
        f"Predicted against labelled Euler angles on {DS_TEST.title}, and their disorientation",
        "Scatter of predicted against labelled Euler angles, and a histogram of the disorientation",
    )
}
"""Titles and alternative texts of logged figures; other figures have their file names."""


def find_run(reference: str) -> Run:
    """Return the tracked training for a reference.

    Parameters
    ----------
    reference
        Id of a run or at least its first 6 characters, or a registered model such as models:/LiNiO2/1 or
        models:/LiNiO2@champion.

    Raises
    ------
    KerasStemError
        If there is no such run, several ids begin with the reference, or the run is not a training.
    """
    client = connect()
    try:
        run = client.get_run(_run_id(client, reference))
    except MlflowException as error:
        reason = reason_of(error)
        raise KerasStemError(f"Found no {reference} in {tracking_uri()}: {reason}") from error
    if "arch" not in run.data.tags:
        raise KerasStemError(
            f"Expected a training, found {run.info.run_name!r}; kstem compare shows studies."
        )
    return run


def _run_id(client: MlflowClient, reference: str) -> str:
    model = _MODEL.fullmatch(reference)
    if model and model["version"]:
        return client.get_model_version(model["name"], model["version"]).run_id
    if model:
        return client.get_model_version_by_alias(model["name"], model["alias"]).run_id
    if not _RUN.fullmatch(reference):
        raise KerasStemError(
            f"Expected a map, the id of a run or models:/<name>/<version>, found no file {reference!r}."
        )
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    found = client.search_runs(experiments, f"attributes.run_id LIKE '{reference}%'", max_results=2)
    if len(found) != 1:
        many = "several runs begin" if found else "no run begins"
        raise KerasStemError(f"Expected the id of a run in {tracking_uri()}, but {many} with {reference}.")
    return found[0].info.run_id


def report_run(run: Run, page: str | Path) -> Written:
    """Write an HTML page about a training, and its figures to a folder beside it.

    The training curves are redrawn; all other figures are those that were logged.

    Parameters
    ----------
    run
        MLflow run of the training, as returned by `find_run`.
    page
        Path of the HTML file; the folder has the same name without ``.html``.

    Returns
    -------
    Written

    Raises
    ------
    KerasStemError
        If the logged figures cannot be read, or the page cannot be written.
    """
    page, client = Path(page), connect()
    folder = figure_folder(page)
    finished = run.info.status == "FINISHED"
    note = "" if finished else f"This training is {run.info.status}: what it had logged so far is shown."
    with complete_folder(folder) as staging:
        pictures = [*_curves(client, run, staging), *_logged_figures(client, run, staging)]
        tables = [table for table in (_scores(run), _cost(run)) if table.rows]
        sections = [
            Section("Scores", tables=tables),
            Section("Figures", pictures),
            Section("Recipe", tables=_recipe(run)),
            Section("Provenance", tables=[_provenance(client, run)]),
        ]
        shown = [section for section in sections if section.tables or section.pictures]
        write_page(page, Page(f"Training: {run.info.run_name}", f"Run {run.info.run_id}", shown, note=note))
    return Written(page, folder, note)


def _curves(client: MlflowClient, run: Run, folder: Path) -> list[Picture]:
    points: dict[int, dict[str, float]] = {}
    for name in CURVES:
        for metric in client.get_metric_history(run.info.run_id, name):
            points.setdefault(metric.step, {})[name] = metric.value
    epochs = range(1, max(points, default=0) + 1)
    history = [{"loss": float("nan"), **points.get(epoch, {})} for epoch in epochs]
    if not history:
        return []
    save_both(curves_figure(history), folder, "curves")
    alt = f"Curves over the epochs: {', '.join(CURVES.values())}"
    return [read_picture(folder / "curves.png", "The training", alt)]


def _logged_figures(client: MlflowClient, run: Run, folder: Path) -> list[Picture]:
    """Copy the logged figures of a run, except its training curves, to a folder."""
    found = []
    try:
        for artifact in client.list_artifacts(run.info.run_id, "figures"):
            name = Path(artifact.path).name
            if Path(name).stem == "curves":
                continue
            local = client.download_artifacts(run.info.run_id, artifact.path)
            (folder / name).write_bytes(Path(local).read_bytes())
            if not name.endswith(".png"):
                continue
            title, alt = _TITLES.get(Path(name).stem, (name, name))
            found.append(read_picture(folder / name, title, alt))
    except (MlflowException, OSError) as error:
        reason = reason_of(error)
        raise KerasStemError(f"Cannot read the figures of run {run.info.run_id}: {reason}") from error
    return found


def _scores(run: Run) -> Table:
    metrics, rows = run.data.metrics, []
    quantities = (*DISORIENTATION, *EULER)
    for subset, term in TRACKED.items():
        for prefix, name in ((final(subset), term.title), (f"{final(subset)}_pattern", MODULO_180.title)):
            if f"{prefix}_median" in metrics:
                rows.append((name, *cells(quantities, metrics, f"{prefix}_")))
    head = ("Subset", *(quantity.head for quantity in quantities))
    return Table("Against the labels", head, rows, explained((*TRACKED.values(), *quantities, MODULO_180)))


def _cost(run: Run) -> Table:
    known = [quantity for quantity in COST if quantity.name in run.data.metrics]
    rows = [(quantity.title, quantity.text_with_unit(run.data.metrics[quantity.name])) for quantity in known]
    return Table("Size and speed", (), rows, explained(known))


def _recipe(run: Run) -> list[Table]:
    """Return the recipe as tables: one of the top-level settings, and one for each group of settings."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, value in sorted(run.data.params.items()):
        group, _, setting = name.rpartition(".")
        groups.setdefault(group, []).append((setting, value))
    return [Table(_title(group), (), rows) for group, rows in groups.items()]


def _title(group: str) -> str:
    return f"{group[:1].upper()}{group[1:]}".replace(".", ": ") or "Training"


def _provenance(client: MlflowClient, run: Run) -> Table:
    tags = run.data.tags
    rows = [
        ("Run", run.info.run_id),
        ("Status", run.info.status),
        ("Begun", _time(run.info.start_time)),
        ("Ended", _time(run.info.end_time)),
        ("Store", tracking_uri()),
        ("Network", tags["arch"]),
        ("Backend", tags.get("backend", "")),
        ("keras_stem", tags.get("keras_stem_version", "")),
        ("Data", ", ".join(entry.dataset.name for entry in run.inputs.dataset_inputs)),
        ("Fingerprint of the data", tags.get("scan_fingerprint", "")),
        ("Registered as", ", ".join(_versions(client, run))),
    ]
    return Table("Training", (), [row for row in rows if row[1]])


def _versions(client: MlflowClient, run: Run) -> list[str]:
    found = []
    for version in client.search_model_versions(f"run_id = '{run.info.run_id}'"):
        aliases = client.get_registered_model(version.name).aliases
        marks = [alias for alias, number in sorted(aliases.items()) if str(number) == str(version.version)]
        marked = f" ({', '.join(marks)})" if marks else ""
        found.append(f"models:/{version.name}/{version.version}{marked}")
    return found


def _time(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
