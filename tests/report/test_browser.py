"""The page in a browser: what it says of a point is what orix says."""

import shutil

import numpy as np
import pytest

from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.segmentation import segment
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.io.map_files import read_map
from keras_stem.report.interactive import EXCITATION_ERROR
from keras_stem.simulate.kinematic import reflections, spots_of

webdriver = pytest.importorskip("selenium.webdriver")
CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium or chromedriver is not there")

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1600",
)
ROW, COLUMN = 6, 11
POINT = ROW * 20 + COLUMN


@pytest.fixture(scope="module")
def browser(written, tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    opened.set_script_timeout(10)
    opened.get(written.page.as_uri())
    yield opened
    opened.quit()


@pytest.fixture
def free(browser):
    """The page with the pointer on a point that is not pinned."""
    browser.find_element("id", "map").send_keys("\ue00c")  # Esc
    _hover(browser, ROW, COLUMN)
    return browser


@pytest.fixture(scope="module")
def crystal_map(map_path):
    return read_map(map_path)[0]


def _hover(browser, row, column, click=False):
    canvas = browser.find_element("id", "map")
    width, height = (canvas.size[name] for name in ("width", "height"))
    right, down = (column + 0.5) / 20 * width - width / 2, (row + 0.5) / 16 * height - height / 2
    actions = webdriver.ActionChains(browser, duration=0)
    actions.move_to_element_with_offset(canvas, round(right), round(down))
    (actions.click() if click else actions).perform()


def _shown(browser, name) -> str:
    return browser.find_element("css selector", f'#values [data-name="{name}"]').text


def _number(browser, name) -> float:
    return float(_shown(browser, name).split("°")[0].split()[0])


def test_the_point_under_the_pointer_is_told(free, crystal_map):
    assert free.find_element("id", "where").text == f"Row {ROW}, column {COLUMN}"
    euler = np.rad2deg(reduce_euler(crystal_map.rotations[POINT], proper_point_group(linio2())))[0]
    found = [_number(free, name) for name in ("phi1", "Phi", "phi2")]
    np.testing.assert_allclose(found, euler, atol=0.006)
    assert _number(free, "Q") == pytest.approx(crystal_map.prop["Q"][POINT], abs=0.006)
    assert _shown(free, "phase") == "LiNiO2"
    assert _shown(free, "grain") == str(segment(grid_of(crystal_map)).numbers[POINT])


def test_the_pattern_of_the_point_is_drawn(free, scan):
    pixels = free.execute_async_script(
        """
        const done = arguments[0];
        const canvas = document.querySelector("#measured canvas");
        const read = () => {
          if (canvas.dataset.number !== String(explorer.point)) return setTimeout(read, 20);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          done({ width: canvas.width, grey: Array.from(data).filter((_, k) => k % 4 === 0) });
        };
        read();
        """
    )
    drawn = np.array(pixels["grey"]).reshape(-1, pixels["width"])
    zoom = pixels["width"] // 64
    pattern = scan.read(np.array([POINT]))[0]
    shown = drawn[zoom // 2 :: zoom, zoom // 2 :: zoom]
    assert shown.shape == pattern.shape
    assert np.corrcoef(shown.ravel(), np.sqrt(pattern).ravel())[0, 1] > 0.9


@pytest.mark.parametrize(("prefix", "figure"), [("", "simulated"), ("label_", "matched")])
def test_spots_are_those_of_the_simulation(free, crystal_map, scan, prefix, figure):
    labelled = scan.labels if prefix else crystal_map
    instrument = scan.info.instrument()
    radius = instrument.detector.reciprocal_radius
    known = reflections(scan.phase, radius)
    beam = (
        instrument.beam.wave_number,
        np.deg2rad(instrument.beam.precession_angle),
        EXCITATION_ERROR,
        radius,
    )
    for point in (0, POINT, 319):
        spots = free.execute_script(
            "return explorer.simulator.spots(arguments[0], arguments[1])"
            ".map(({ x, y, intensity }) => [x, y, intensity])",
            point,
            prefix,
        )
        found = np.array(spots)
        matrix = labelled.rotations[point].to_matrix()[0]
        expected = np.stack(spots_of(known.vectors, known.strengths, matrix, *beam), axis=1)
        bright = expected[expected[:, 2] > 1e-3]
        distances = np.linalg.norm(bright[:, None, :2] - found[None, :, :2], axis=-1)
        assert distances.min(axis=1).max() < 1e-5
        np.testing.assert_allclose(found[distances.argmin(axis=1), 2], bright[:, 2], rtol=1e-3)
        assert abs(len(found) - len(expected)) <= 2  # angles in 32 bits decide what is just excited
    canvas = free.find_element("css selector", f"#{figure} canvas")
    assert int(canvas.get_attribute("data-spots")) > 5


def test_candidates_are_drawn_with_their_probabilities(free, crystal_map):
    captions = [one.text for one in free.find_elements("css selector", "#candidates figure") if one.text]
    euler = np.rad2deg(reduce_euler(crystal_map.rotations[POINT], proper_point_group(linio2())))[0]
    answer = ", ".join(f"{angle:.1f}°" for angle in euler)
    assert captions == [f"25 → 97 %\n{answer}", "75 → 3 %\n20.0°, 50.0°, 30.0°"]
    spots = free.execute_script("return document.querySelector('#candidates figure').spots.length")
    assert spots == free.execute_script("return explorer.simulator.spots(explorer.point).length")


def test_spots_of_a_candidate_are_marked(free):
    marked = """
        const done = arguments[0];
        const canvas = document.querySelector("#measured canvas");
        setTimeout(() => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          done(data.some((value, k) => k % 4 === 1 && value > data[k - 1] + 50));  // more green than red
        }, 200);
        """
    assert not free.execute_async_script(marked)
    free.execute_script("document.querySelectorAll('#candidates figure')[1].focus()")
    assert free.execute_async_script(marked)
    free.execute_script("document.activeElement.blur()")
    assert not free.execute_async_script(marked)


def test_a_click_pins_the_point_and_arrows_move_it(free):
    _hover(free, ROW, COLUMN, click=True)
    _hover(free, 1, 1)
    assert free.find_element("id", "where").text == f"Row {ROW}, column {COLUMN} (pinned)"
    canvas = free.find_element("id", "map")
    canvas.send_keys("\ue013", "\ue014")  # up, right
    assert free.find_element("id", "where").text == f"Row {ROW - 1}, column {COLUMN + 1} (pinned)"
    assert free.find_element("id", "announcement").get_attribute("textContent").startswith("Row 5, column 12")
    canvas.send_keys("\ue00c")
    _hover(free, 0, 0)
    assert free.find_element("id", "where").text == "Row 0, column 0"


def test_overlays_can_be_chosen(free):
    for name in ("Q", "grain", "ipf_x", "uncertainty"):
        free.execute_script(f"document.querySelector('#overlays [value={name}]').click()")
    assert free.find_element("css selector", "#key .ends").text.split() == ["0°", "≥", "15°"]
    free.execute_script(
        "document.getElementById('outlines').click(); document.getElementById('mark').click()"
    )


def test_the_page_has_no_errors_and_asks_for_nothing(free):
    assert [entry for entry in free.get_log("browser") if entry["level"] == "SEVERE"] == []
    names = free.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [name for name in names if not name.startswith("data:")] == []
