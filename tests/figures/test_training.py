"""Learning curves and parity plots show the values that they are given."""

import numpy as np
import pytest

from keras_stem.figures.training import curves_figure, loss_figure, parity_figure, study_figure


def test_curves_show_the_loss_of_all_epochs_and_the_scores_of_some():
    history = [{"loss": 2.0}, {"loss": 1.0, "val_r2": 0.4, "val_median": 9.0}, {"loss": 0.5}]
    loss, r2, median = curves_figure(history).axes
    np.testing.assert_array_equal(loss.lines[0].get_xydata(), [(1, 2.0), (2, 1.0), (3, 0.5)])
    np.testing.assert_array_equal(r2.lines[0].get_xydata(), [(2, 0.4)])
    np.testing.assert_array_equal(median.lines[0].get_xydata(), [(2, 9.0)])
    assert r2.get_xlim() == loss.get_xlim()


@pytest.mark.parametrize(("losses", "scale"), [([2.0, 0.5], "log"), ([2.0, -0.5], "linear")])
def test_negative_losses_have_a_linear_axis(losses, scale):
    assert curves_figure([{"loss": loss} for loss in losses]).axes[0].get_yscale() == scale
    curves = {"loss": list(enumerate(losses)), "val_r2": [], "val_median": []}
    assert loss_figure({"one": curves}).axes[0].get_yscale() == scale


def test_trainings_are_compared_by_name_and_very_low_scores_cut_off():
    low = {"loss": [(1, 2.0), (2, 1.5)], "val_r2": [(1, -40.0), (2, 0.6)], "val_median": [(2, 8.0)]}
    high = {"loss": [(1, 1.0)], "val_r2": [(1, 0.9)], "val_median": [(1, 3.0)]}
    figure = loss_figure({"1e-3": low, "1e-4": high})
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["1e-3", "1e-4"]
    loss, r2, _ = figure.axes
    np.testing.assert_array_equal(loss.lines[0].get_xydata(), [(1, 2.0), (2, 1.5)])
    np.testing.assert_array_equal(loss.lines[1].get_xydata(), [(1, 1.0)])
    assert r2.get_ylim() == pytest.approx((-0.575, 1.0))  # 5 % below the lowest
    very_low = loss_figure({"bad": {**low, "val_r2": [(1, -40.0)]}}).axes[1]
    assert very_low.get_ylim() == pytest.approx((-42.05, 1.0))


def test_parity_plots_hold_each_position_once():
    expected = np.array([[10.0, 20, 30], [40, 50, 60], [70, 80, 90]])
    figure = parity_figure(expected, expected + 1, np.array([0.01, 2.0, 170.0]))
    for k, axes in enumerate(figure.axes[:3]):
        points = axes.lines[0].get_xydata()
        np.testing.assert_array_equal(points, np.stack([expected[:, k], expected[:, k] + 1], axis=1))
    histogram = figure.axes[3]
    assert sum(bar.get_height() for bar in histogram.patches) == 3  # below the first bin, too
    assert histogram.get_title() == "Median 2.00°"


def test_the_chart_of_a_study_shows_what_there_is():
    metrics = {"final_test_median": 3.21, "final_test_mae": 4.0, "training_seconds": 90.0}
    figure = study_figure([("first", metrics), ("a name " * 20, {}), ("broken", {"final_test_mae": np.inf})])
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts == [" 3.21", "", "", " 4", "", " inf", " 1.5", "", ""]
    assert figure.axes[0].get_ylim() == (2.5, -0.5)
    assert max(len(line) for line in figure.axes[0].get_yticklabels()[1].get_text().splitlines()) <= 40
    figure.canvas.draw()


def test_a_chart_without_values_can_be_drawn():
    study_figure([("nothing", {})]).canvas.draw()


def test_long_names_stay_inside_the_figure():
    curves = {"loss": [(1, 2.0), (2, 1.5)], "val_r2": [(2, 0.6)], "val_median": [(2, 8.0)]}
    names = [f"learning rate 0.0005, schedule exponential {number}" for number in range(5)]
    figure = loss_figure(dict.fromkeys(names, curves))
    figure.draw_without_rendering()
    legend = figure.legends[0].get_window_extent()
    assert 0 <= legend.x0 < legend.x1 <= figure.bbox.width
