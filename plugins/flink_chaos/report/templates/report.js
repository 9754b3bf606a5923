"use strict";
(() => {
  const picture = document.getElementById("picture"), readout = document.getElementById("readout");
  const whole = document.getElementById("whole"), axis = document.getElementById("axis");
  const cross = document.getElementById("cross"), chosen = document.getElementById("chosen");
  const { begin, end, left, plot } = Object.fromEntries(Object.entries(picture.dataset).map(([k, v]) => [k, Number(v)]));
  const lanes = [...picture.querySelectorAll("svg.lane")], labels = [...picture.querySelectorAll("[data-at]")];
  const told = readout.textContent, steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  let from = begin, to = end, pressed = null;

  // Curves are drawn in seconds and pixels: their values are read back from the drawing.
  const curves = lanes.flatMap(lane => [...lane.querySelectorAll("path")].map(path => ({
    name: path.dataset.name, most: Number(lane.dataset.most), pixels: lane.viewBox.baseVal.height,
    points: path.getAttribute("d").split(/[ML]/).filter(Boolean).map(pair => pair.split(",").map(Number)),
    lane: lanes.indexOf(lane),
  })));

  const x = at => left + plot * (at - from) / (to - from);
  const at = event => {
    const box = picture.getBoundingClientRect(), scale = picture.viewBox.baseVal.width / box.width;
    const inside = ((event.clientX - box.left) * scale - left) / plot;
    return from + Math.min(1, Math.max(0, inside)) * (to - from);
  };

  function draw() {
    for (const lane of lanes) {
      lane.setAttribute("viewBox", `${from} 0 ${to - from} ${lane.viewBox.baseVal.height}`);
    }
    for (const label of labels) {
      label.setAttribute("x", x(Number(label.dataset.at)));
      label.style.visibility = Number(label.dataset.at) < from || Number(label.dataset.at) > to ? "hidden" : "visible";
    }
    const step = steps.find(one => (to - from) / one <= 10) ?? 3600;
    axis.replaceChildren();
    for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) {
      const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      text.setAttribute("class", "tick");
      text.setAttribute("x", x(tick));
      text.setAttribute("y", Number(axis.dataset.top) + 14);
      text.textContent = `${tick > 0 ? "+" : ""}${tick} s`;
      axis.append(text);
    }
    whole.hidden = from === begin && to === end;
  }

  function show(a, b) {
    const least = Math.min(2, end - begin);
    from = Math.max(begin, Math.min(a, end - least));
    to = Math.min(end, Math.max(b, from + least));
    draw();
  }

  function read(moment) {
    const near = curves.map(curve => {
      const [time, y] = curve.points.reduce((best, one) => Math.abs(one[0] - moment) < Math.abs(best[0] - moment) ? one : best, [Infinity, 0]);
      return Math.abs(time - moment) > 3 ? null : `${curve.name} ${number.format(curve.most * (1 - y / curve.pixels))}`;
    });
    readout.textContent = `${moment.toFixed(1)} s:  ${near.filter(Boolean).join(" · ")}`;
  }

  picture.addEventListener("pointerdown", event => { event.preventDefault(); picture.focus({ preventScroll: true }); pressed = at(event); picture.setPointerCapture(event.pointerId); });
  picture.addEventListener("pointermove", event => {
    const moment = at(event);
    cross.setAttribute("x1", x(moment));
    cross.setAttribute("x2", x(moment));
    read(moment);
    if (pressed !== null) {
      chosen.setAttribute("x", Math.min(x(pressed), x(moment)));
      chosen.setAttribute("width", Math.abs(x(pressed) - x(moment)));
    }
  });
  picture.addEventListener("pointerup", event => {
    const moment = at(event), first = pressed;
    pressed = null;
    chosen.setAttribute("width", 0);
    if (first !== null && Math.abs(x(first) - x(moment)) > 6) show(Math.min(first, moment), Math.max(first, moment));
  });
  picture.addEventListener("pointerleave", () => { readout.textContent = told; cross.setAttribute("x1", -9); cross.setAttribute("x2", -9); });
  picture.addEventListener("dblclick", () => show(begin, end));
  whole.addEventListener("click", () => show(begin, end));
  picture.addEventListener("keydown", event => {
    const span = to - from, middle = (from + to) / 2;
    const move = Math.max(begin - from, Math.min(end - to, event.key === "ArrowLeft" ? -span / 5 : span / 5));
    if (event.key === "Escape") show(begin, end);
    else if (event.key === "+" || event.key === "=") show(middle - span / 4, middle + span / 4);
    else if (event.key === "-") show(middle - span, middle + span);
    else if (event.key.startsWith("Arrow") && /Left|Right/.test(event.key)) show(from + move, to + move);
    else return;
    event.preventDefault();
  });
})();
