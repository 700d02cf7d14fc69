"use strict";
/* The interactive map of a page. Everything it shows stands in the page, as JSON. */

const FAINTEST = 1e-6; // of the brightest spot; fainter ones are rounding errors
const TYPES = {
  uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array, float32: Float32Array, float64: Float64Array,
};

function unpacked({ type, data }) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new TYPES[type](bytes.buffer);
}

/* Lab to crystal, row by row, from Bunge's angles in degrees. */
function matrixOf(phi1, Phi, phi2) {
  const [a, b, c] = [phi1, Phi, phi2].map((angle) => (angle * Math.PI) / 180);
  const [ca, cb, cc] = [a, b, c].map(Math.cos);
  const [sa, sb, sc] = [a, b, c].map(Math.sin);
  return [
    ca * cc - sa * sc * cb, sa * cc + ca * sc * cb, sc * sb,
    -ca * sc - sa * cc * cb, -sa * sc + ca * cc * cb, cc * sb,
    sa * sb, -ca * sb, cb,
  ];
}

/* The spots of an orientation, as keras_stem.simulate.kinematic.spots_of finds them: x to the right and y up in
   1/Å, and intensities whose sum is 1. */
function spotsOf(vectors, strengths, m, { wave, precession, error, radius }) {
  const sigma = Math.PI / error;
  const high = wave * Math.cos(precession);
  const across = wave * Math.sin(precession);
  const found = [];
  for (let k = 0; k < strengths.length; k++) {
    const [a, b, c] = [vectors[3 * k], vectors[3 * k + 1], vectors[3 * k + 2]];
    const z = a * m[2] + b * m[5] + c * m[8];
    if (Math.abs(z) > 3 * error + 0.2) continue;
    const x = a * m[0] + b * m[3] + c * m[6];
    const y = a * m[1] + b * m[4] + c * m[7];
    const r = Math.hypot(x, y);
    if (r > radius) continue;
    const above = high - Math.sqrt(wave * wave - (r + across) ** 2);
    const below = high - Math.sqrt(wave * wave - (r - across) ** 2);
    if (z - error > above || z + error < below) continue;
    const s = wave - Math.sqrt(wave * wave - r * r) - z;
    found.push({ x, y, intensity: strengths[k] * shapeFactor(s, r, precession, sigma) });
  }
  const brightest = Math.max(0, ...found.map((spot) => spot.intensity));
  const visible = found.filter((spot) => spot.intensity > FAINTEST * brightest);
  const sum = visible.reduce((total, spot) => total + spot.intensity, 0);
  return visible.map((spot) => ({ ...spot, intensity: spot.intensity / Math.max(sum, 1e-30) }));
}

function shapeFactor(s, r, precession, sigma) {
  if (precession === 0) return 1 / (sigma * sigma * s * s + 1);
  const u = sigma * sigma * (r * r * precession * precession - s * s) + 1;
  const z = Math.sqrt(u * u + 4 * sigma * sigma * s * s);
  return Math.sqrt(2 * (u + z)) / z;
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function picture(uri) {
  const image = new Image();
  image.src = uri;
  return image;
}

/* Simulated patterns of the points, by the names of the Euler angles: "" for the map's, "label_" for the labels'. */
class Simulator {
  constructor(simulation, values, phaseOf) {
    this.beam = simulation;
    this.values = values;
    this.phaseOf = phaseOf;
    this.phases = new Map();
    for (const [number, known] of Object.entries(simulation ? simulation.phases : {})) {
      if (known) this.phases.set(Number(number), [unpacked(known.vectors), unpacked(known.strengths)]);
    }
  }

  spots(point, prefix = "") {
    const angles = ["phi1", "Phi", "phi2"].map((name) => this.values.get(prefix + name));
    if (angles.includes(undefined)) return null;
    return this.spotsOfAngles(this.phaseOf(point), angles.map((value) => value.array[point]));
  }

  spotsOfAngles(phase, angles) {
    const known = this.phases.get(phase);
    return known ? spotsOf(...known, matrixOf(...angles), this.beam) : null;
  }
}

/* The most probable candidates of the points, before and after neighbours were heard. */
class Candidates {
  constructor({ count, angles, phases, before, after }) {
    [this.count, this.angles, this.phases] = [count, unpacked(angles), unpacked(phases)];
    [this.before, this.after] = [unpacked(before), unpacked(after)];
  }

  /* The candidates of a point, of which the first is the answer of the map. */
  of(point) {
    if (this.phases[point * this.count] < 0) return [];
    const numbers = Array.from({ length: this.count }, (_, k) => point * this.count + k);
    const [answer, ...others] = numbers.filter((number) => this.phases[number] >= 0).map((number) => ({
      phase: this.phases[number],
      angles: Array.from(this.angles.subarray(3 * number, 3 * number + 3), (hundredths) => hundredths / 100),
      before: this.before[number],
      after: this.after[number],
    }));
    others.sort((one, other) => other.after - one.after || other.before - one.before);
    return [answer, ...others];
  }
}

/* Draws the patterns of a point on the three canvases. */
class Patterns {
  constructor(patterns, simulator, candidates, phaseNames) {
    this.patterns = patterns;
    this.simulator = simulator;
    this.candidates = candidates;
    this.phaseNames = phaseNames;
    this.pointed = null; // spots of the candidate under the pointer
    this.sheets = patterns.sheets.map(() => null); // decoded when they are needed
    this.mark = document.getElementById("mark");
    const canvases = ["measured", "simulated", "matched"].map((id) => document.getElementById(id));
    [this.measured, this.simulated, this.matched] = canvases;
    document.getElementById("patterns").hidden = false;
    if (candidates) this._buildCandidates();
    const { size, binning, every } = patterns;
    const binned = binning > 1 ? `, ${binning} × ${binning} pixels binned` : "";
    const thinned = every > 1 ? ` Of the rows and columns, one in ${every} is kept.` : "";
    document.getElementById("about-patterns").textContent =
      `Square roots of the counts, ${size[0]} × ${size[1]} pixels${binned}.${thinned}`;
  }

  show(point, row, column) {
    this.point = point;
    this.place = [row, column];
    this.pointed = null;
    this._showMeasured(row, column);
    if (this.candidates) this._showCandidates(this.candidates.of(point));
    const ours = this.simulator.spots(point);
    const theirs = this.simulator.spots(point, "label_");
    this._showSimulated(this.simulated, ours, theirs ? "Simulated: this map" : "Simulated");
    this._showSimulated(this.matched, theirs, "Simulated: label");
    document.getElementById("mark-label").hidden = !ours && !theirs;
  }

  async _showMeasured(row, column) {
    const { every, grid, columns, size } = this.patterns;
    const nearest = [Math.min(Math.round(row / every), grid[0] - 1), Math.min(Math.round(column / every), grid[1] - 1)];
    const number = nearest[0] * grid[1] + nearest[1];
    const onSheet = number % this.patterns.on_sheet;
    const sheet = await this._sheet(Math.floor(number / this.patterns.on_sheet), this.point);
    if (!sheet) return; // the point has moved on in the meantime
    const [height, width] = size;
    const canvas = this.measured.querySelector("canvas");
    const zoom = Math.max(1, Math.round(360 / Math.max(height, width)));
    const context = sized(canvas, width * zoom, height * zoom);
    const left = (onSheet % columns) * width;
    const top = Math.floor(onSheet / columns) * height;
    context.drawImage(sheet, left, top, width, height, 0, 0, canvas.width, canvas.height);
    canvas.dataset.number = number;
    if (this.pointed) this._drawRings(context, this.pointed, "#5fd08a", 0);
    else if (this.mark.checked) this._drawMarks(context);
    const at = nearest.map((index) => index * every);
    const elsewhere = at[0] !== row || at[1] !== column;
    this.measured.querySelector("figcaption").textContent =
      elsewhere ? `Measured at row ${at[0]}, column ${at[1]}` : "Measured";
  }

  async _sheet(number, point) {
    const image = (this.sheets[number] ??= picture(this.patterns.sheets[number]));
    await image.decode();
    return point === this.point ? image : null;
  }

  _drawMarks(context) {
    for (const [prefix, color] of [["label_", "#56b4e9"], ["", "#f0a020"]]) {
      this._drawRings(context, this.simulator.spots(this.point, prefix) ?? [], color, prefix ? 4 : 0);
    }
  }

  _drawRings(context, spots, color, wider) {
    const brightest = Math.max(0, ...spots.map((spot) => spot.intensity));
    const zoom = context.canvas.width / this.simulator.beam.detector[1];
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    for (const spot of spots.filter(({ intensity }) => intensity > 0.01 * brightest)) {
      circle(context, this._place(spot, zoom), Math.max((this.simulator.beam.disk + 1) * zoom, 5) + wider);
      context.stroke();
    }
  }

  _buildCandidates() {
    const box = document.getElementById("candidates");
    this.candidateFigures = Array.from({ length: this.candidates.count }, (_, k) => {
      const canvas = element("canvas", { role: "img", ariaLabel: `Simulated pattern of candidate ${k + 1}` });
      const figure = element("figure", { tabIndex: 0 }, canvas, element("figcaption"));
      for (const event of ["pointerenter", "focus"]) figure.addEventListener(event, () => this._point(figure.spots));
      for (const event of ["pointerleave", "blur"]) figure.addEventListener(event, () => this._point(null));
      box.append(figure);
      return figure;
    });
    document.getElementById("candidates-side").hidden = false;
  }

  /* Mark the spots of a candidate on the measured pattern. */
  _point(spots) {
    this.pointed = spots;
    this._showMeasured(...this.place);
  }

  _showCandidates(found) {
    this.candidateFigures.forEach((figure, k) => {
      figure.hidden = k >= found.length;
      if (figure.hidden) return;
      const { phase, angles, before, after } = found[k];
      figure.spots = this.simulator.spotsOfAngles(phase, angles);
      const name = Object.keys(this.phaseNames).length > 1 ? `${this.phaseNames[phase]} ` : "";
      this._showSimulated(figure, figure.spots ?? [], `${before} → ${after} %`);
      const turned = angles.map((angle) => `${angle.toFixed(1)}°`).join(", ");
      figure.querySelector("figcaption").append(element("br"), `${name}${turned}`);
    });
  }

  _showSimulated(figure, spots, title) {
    figure.hidden = !spots;
    if (!spots) return;
    const { detector, disk } = this.simulator.beam;
    const zoom = 360 / Math.max(...detector);
    const canvas = figure.querySelector("canvas");
    const context = sized(canvas, Math.round(detector[1] * zoom), Math.round(detector[0] * zoom));
    const brightest = Math.max(0, ...spots.map((spot) => spot.intensity));
    context.globalCompositeOperation = "lighter";
    for (const spot of [...spots, { x: 0, y: 0, intensity: brightest }]) {
      const grey = Math.round(255 * Math.sqrt(brightest ? spot.intensity / brightest : 1));
      context.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      circle(context, this._place(spot, zoom), Math.max(disk * zoom, 2));
      context.fill();
    }
    canvas.dataset.spots = spots.length;
    figure.querySelector("figcaption").textContent = title;
  }

  /* Rows run downward. Pixels are counted by their middle, and the direct beam is in the middle of them all. */
  _place({ x, y }, zoom) {
    const { detector, pixelSize } = this.simulator.beam;
    return [(detector[1] / 2 + x / pixelSize) * zoom, (detector[0] / 2 - y / pixelSize) * zoom];
  }
}

/* Size a canvas and clear it. */
function sized(canvas, width, height) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  return context;
}

function circle(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/* Draws the map: a overlay, the boundaries of the grains, the scale bar, and the point. */
class MapView {
  constructor(data, grains) {
    this.data = data;
    this.grains = grains;
    [this.rows, this.columns] = data.shape;
    this.canvas = document.getElementById("map");
    const ratio = window.devicePixelRatio || 1;
    const width = Math.min(this.canvas.closest(".mapside").clientWidth, 620) * ratio;
    const [down, right] = data.steps.map((step) => step / Math.min(...data.steps)); // a point need not be square
    const fitting = Math.min(width / (this.columns * right), (700 * ratio) / (this.rows * down));
    // Whole pixels a point; the browser shrinks the rest.
    [this.high, this.wide] = [down, right].map((side) => Math.max(1, Math.ceil(fitting * side)));
    this.context = sized(this.canvas, this.columns * this.wide, this.rows * this.high);
    this.canvas.style.width = `${(this.columns * right * fitting) / ratio}px`;
    this.canvas.style.aspectRatio = `${this.columns * right} / ${this.rows * down}`;
    document.querySelector(".below").style.maxWidth = `max(${this.canvas.style.width}, 300px)`;
  }

  /* Prepare all but the point, which moves often. */
  compose(image, outlines) {
    const { width, height } = this.canvas;
    this.base = element("canvas");
    const context = sized(this.base, width, height);
    context.drawImage(image, 0, 0, width, height);
    if (outlines) this._drawOutlines(context);
    if (this.data.isLength) this._drawScaleBar(context);
  }

  draw(point, pinned) {
    if (!this.base) return; // the first picture is being decoded
    this.context.drawImage(this.base, 0, 0);
    this._drawPoint(point, pinned);
  }

  /* Row and column under the pointer. */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const along = (where, size, count) => Math.min(Math.max(Math.floor((where / size) * count), 0), count - 1);
    return [
      along(event.clientY - box.top, box.height, this.rows),
      along(event.clientX - box.left, box.width, this.columns),
    ];
  }

  _drawOutlines(context) {
    const { rows, columns, high, wide, grains } = this;
    context.fillStyle = "#000";
    const thick = Math.max(1, Math.round(Math.min(high, wide) / 8));
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const k = row * columns + column;
        if (column + 1 < columns && grains[k] !== grains[k + 1]) {
          context.fillRect((column + 1) * wide - thick / 2, row * high - thick / 2, thick, high + thick);
        }
        if (row + 1 < rows && grains[k] !== grains[k + columns]) {
          context.fillRect(column * wide - thick / 2, (row + 1) * high - thick / 2, wide + thick, thick);
        }
      }
    }
  }

  _drawScaleBar(context) {
    const { canvas } = this;
    const { steps, every, unit } = this.data;
    const text = canvas.width / parseFloat(canvas.style.width); // canvas pixels of a pixel on the page
    const point = steps[1] * every;
    const wanted = (this.columns * point) / 4;
    const power = 10 ** Math.floor(Math.log10(wanted));
    const length = [5, 2, 1].map((factor) => factor * power).find((candidate) => candidate <= wanted);
    const label = `${Number(length.toPrecision(1))} ${unit}`;
    const bar = (length / point) * this.wide;
    context.font = `${13 * text}px system-ui, sans-serif`;
    const width = Math.max(bar, context.measureText(label).width) + 16 * text;
    const [left, top] = [8 * text, canvas.height - 44 * text];
    context.fillStyle = "rgba(255, 255, 255, 0.8)";
    context.fillRect(left, top, width, 36 * text);
    context.fillStyle = "#000";
    context.fillRect(left + (width - bar) / 2, top + 7 * text, bar, 4 * text);
    context.textAlign = "center";
    context.fillText(label, left + width / 2, top + 28 * text);
  }

  _drawPoint(point, pinned) {
    const { context, columns, high, wide } = this;
    const [x, y] = [(point % columns) * wide, Math.floor(point / columns) * high];
    const room = Math.max(2, Math.round((11 - Math.min(high, wide)) / 2));
    for (const [color, width] of [["#fff", 4], [pinned ? "#d02020" : "#000", 2]]) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.strokeRect(x - room, y - room, wide + 2 * room, high + 2 * room);
    }
  }
}

/* Joins the map, the values and the patterns. */
class Explorer {
  constructor(data) {
    this.data = data;
    this.values = new Map(data.values.map((value) => [value.name, { ...value, array: unpacked(value) }]));
    const phases = this.values.get("phase").array;
    this.simulator = new Simulator(data.simulation, this.values, (point) => phases[point]);
    this.view = new MapView(data, this.values.get("grain").array);
    const candidates = data.candidates && this.simulator.beam && new Candidates(data.candidates);
    this.patterns = data.patterns && new Patterns(data.patterns, this.simulator, candidates, data.phases);
    this.images = new Map(data.overlays.map((overlay) => [overlay.name, picture(overlay.image)]));
    this.point = Math.floor(data.shape[0] / 2) * data.shape[1] + Math.floor(data.shape[1] / 2);
    this.pinned = false;
    this._buildLayers();
    this._buildValues();
    this._listen();
    this.choose(data.first);
    this.move(this.point);
  }

  async choose(name) {
    this.overlay = this.data.overlays.find((overlay) => overlay.name === name);
    this._showKey();
    await this.images.get(name).decode();
    if (this.overlay.name === name) this._compose();
  }

  _compose() {
    this.view.compose(this.images.get(this.overlay.name), document.getElementById("outlines").checked);
    this.view.draw(this.point, this.pinned);
  }

  move(point) {
    this.point = point;
    const { every, steps, unit } = this.data;
    const columns = this.data.shape[1];
    const [row, column] = [Math.floor(point / columns) * every, (point % columns) * every];
    const pinned = this.pinned ? " (pinned)" : "";
    document.getElementById("where").textContent = `Row ${row}, column ${column}${pinned}`;
    this._write("x", `${(column * steps[1]).toPrecision(4)} ${unit}`);
    this._write("y", `${(row * steps[0]).toPrecision(4)} ${unit}`);
    for (const value of this.values.values()) this._write(value.name, this._text(value, point));
    if (this.patterns) this.patterns.show(point, row, column);
    this.view.draw(point, this.pinned);
  }

  _text({ name, array, digits, unit }, point) {
    const number = array[point];
    if (name === "phase") return this.data.phases[number] ?? "none";
    if (array instanceof Int32Array) return number < 0 ? "none" : String(number);
    if (Number.isNaN(number)) return "–";
    if (name === "out_of_distribution" || name === "ambiguous") return number ? "yes" : "no";
    return `${number.toFixed(digits)}${unit === "°" ? unit : ` ${unit}`}`.trim();
  }

  _write(name, text) {
    const cell = document.querySelector(`#values [data-name="${name}"]`);
    if (cell.textContent !== text) cell.textContent = text;
  }

  _buildLayers() {
    const box = document.getElementById("overlays");
    for (const { name, title } of this.data.overlays) {
      const radio = element("input", { type: "radio", name: "overlay", value: name, checked: name === this.data.first });
      radio.addEventListener("change", () => this.choose(name));
      box.append(element("label", {}, radio, title));
    }
  }

  _buildValues() {
    const list = document.getElementById("values");
    const [phase, ...others] = this.data.values;
    const titles = [phase, { name: "x", title: "x" }, { name: "y", title: "y (downward)" }, ...others];
    for (const { name, title } of titles) {
      const cell = element("dd");
      cell.dataset.name = name;
      list.append(element("div", {}, element("dt", { textContent: title }), cell));
    }
    for (let rest = titles.length; rest % 3; rest++) list.append(element("div")); // the last row is full
  }

  _showKey() {
    const { key, largest, unit } = this.overlay;
    const box = document.getElementById("key");
    if (key === "ipf") {
      box.replaceChildren(...this.data.keys.map(({ phase, image }) => {
        const shown = element("img", { src: image, alt: `Colours of the crystal directions of ${phase}` });
        return element("figure", {}, shown, element("figcaption", { textContent: phase }));
      }));
    } else if (key === "bar") {
      const bar = element("div", { className: "bar" });
      bar.style.background = `linear-gradient(to right, ${this.data.colors.join(", ")})`;
      const end = `${unit ? "≥ " : ""}${Number(largest.toPrecision(3))}${unit}`; // bars of angles end early
      box.replaceChildren(element("div", {}, bar,
        element("div", { className: "ends" }, element("span", { textContent: `0${unit}` }),
          element("span", { textContent: end }))));
    } else {
      box.replaceChildren(element("p", { className: "quiet", textContent: "A colour for each grain; grey is outside." }));
    }
  }

  _listen() {
    const { canvas } = this.view;
    const pointAt = (event) => {
      const [row, column] = this.view.under(event);
      return row * this.data.shape[1] + column;
    };
    canvas.addEventListener("pointermove", (event) => {
      if (!this.pinned && pointAt(event) !== this.point) this.move(pointAt(event));
    });
    canvas.addEventListener("click", (event) => {
      this.pinned = !(this.pinned && pointAt(event) === this.point);
      this.move(pointAt(event));
    });
    canvas.addEventListener("keydown", (event) => this._onKey(event));
    document.getElementById("outlines").addEventListener("change", () => this._compose());
    document.getElementById("mark").addEventListener("change", () => this.move(this.point));
  }

  _onKey(event) {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const [rows, columns] = this.data.shape;
    let point = this.point;
    if (event.key in steps) {
      const [down, right] = steps[event.key].map((one) => one * (event.shiftKey ? 10 : 1));
      const row = Math.min(Math.max(Math.floor(point / columns) + down, 0), rows - 1);
      const column = Math.min(Math.max((point % columns) + right, 0), columns - 1);
      point = row * columns + column;
    } else if (event.key === "Enter" || event.key === " ") {
      this.pinned = !this.pinned;
    } else if (event.key === "Escape") {
      this.pinned = false;
    } else {
      return;
    }
    event.preventDefault();
    this.move(point);
    this._announce();
  }

  /* For those who hear the page: the point, its phase and its angles. */
  _announce() {
    const said = ["phase", "phi1", "Phi", "phi2"].map((name) => this._text(this.values.get(name), this.point));
    document.getElementById("announcement").textContent =
      `${document.getElementById("where").textContent}: ${said.join(", ")}`;
  }
}

const explorer = new Explorer(JSON.parse(document.getElementById("explorer-data").textContent));
