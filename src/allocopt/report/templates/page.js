"use strict";
(async () => {
  const parsed = (id) => JSON.parse(document.getElementById(id).textContent);
  const data = parsed("page-data");
  const map = data.map;
  const drawn = {};
  const LEAST = 5, MOST = 30, MARGIN = 1.12;
  const RAMP = (map?.ramp ?? []).map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));

  // Drawings

  const draw_all = async () => {
    for (const script of document.querySelectorAll(".chart-data")) {
      const key = script.dataset.chart;
      const views = await Bokeh.embed.embed_item(JSON.parse(script.textContent), `chart-${key}`);
      const view = [...views.roots][0];
      drawn[key] = { view, model: view.model };
    }
  };

  const named = (key, name) => drawn[key].model.document.get_model_by_name(name);

  // Printing: what is drawn stands on paper as a picture, whatever the width of the page.

  const picture_of = (key) => {
    const holder = document.getElementById(`chart-${key}`).parentElement;
    const image = holder.querySelector("img.printed") ?? holder.appendChild(new Image());
    image.className = "printed";
    image.alt = document.getElementById(`chart-${key}`).getAttribute("aria-label");
    image.src = drawn[key].view.export("png").canvas.toDataURL("image/png");
    holder.classList.add("has-print");
  };
  window.addEventListener("beforeprint", () => Object.keys(drawn).forEach(picture_of));

  // Numbers as the tables have them

  const told = (value) => {
    const digits = Math.abs(value) >= 9.995 || Number.isInteger(value) ? 0 : 2;
    return value.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: digits });
  };
  // Signs at sites shrink where sites are many; those at posts and depots do not.
  const CROWD = map?.crowd ?? 1;
  const sized = (amount, most) => LEAST + (MOST - LEAST) * Math.sqrt(most > 0 ? amount / most : 0);
  const coloured = (share) => {
    const at = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
    const low = Math.min(Math.floor(at), RAMP.length - 2);
    const mixed = RAMP[low].map((part, i) => Math.round(part + (RAMP[low + 1][i] - part) * (at - low)));
    return `rgb(${mixed.join(",")})`;
  };

  // The map

  const chosen = { plan: 0, period: -1, body: -1 };
  const label_of = (layer) => document.querySelector(`[data-layer="${layer}"]`)?.parentElement.textContent.trim();

  const fits = (body, period, upto) =>
    (chosen.body < 0 || body === chosen.body) &&
    (chosen.period < 0 || period < 0 || (upto ? period <= chosen.period : period === chosen.period));

  // place -> body -> amount; of units the most of all periods, of everything else the sum.
  const by_place = (rows, { most = false, upto = false } = {}) => {
    const found = new Map();
    for (const [place, body, period, amount] of rows) {
      if (!fits(body, period, upto)) continue;
      const bodies = found.get(place) ?? found.set(place, new Map()).get(place);
      const before = bodies.get(body) ?? 0;
      bodies.set(body, most ? Math.max(before, amount) : before + amount);
    }
    return found;
  };

  const total = (bodies) => [...bodies.values()].reduce((sum, amount) => sum + amount, 0);

  const marks = (layer, found, colour, scale = CROWD) => {
    const places = [...found.keys()];
    const amounts = places.map((place) => total(found.get(place)));
    const most = Math.max(0, ...amounts);
    return {
      x: places.map((place) => map.x[place]),
      y: places.map((place) => map.y[place]),
      size: amounts.map((amount) => 3 + scale * sized(amount, most)),
      colour: places.map(() => colour),
      tip: places.map((place, i) => {
        const lines = [...found.get(place)].map(([body, amount]) => `${map.bodies[body] ?? ""} ${told(amount)}`.trim());
        return [map.names[place], `${map.words[layer]}: ${told(amounts[i])}`, ...lines].join("\n");
      }),
    };
  };

  // Where nothing is known of losses, sites are what lies under the other signs.
  const bare_sites = () => ({
    x: map.sites.map((place) => map.x[place]),
    y: map.sites.map((place) => map.y[place]),
    size: map.sites.map(() => LEAST),
    colour: map.sites.map(() => "#c8c8c8"),
    tip: map.sites.map((place) => map.names[place]),
  });

  const sites = (rows) => {
    if (!rows.length) return bare_sites();
    const losses = new Map(map.sites.map((place) => [place, [0, 0]]));
    for (const [place, period, before, after] of rows) {
      if (chosen.period >= 0 && period >= 0 && period !== chosen.period) continue;
      const sums = losses.get(place);
      sums[0] += before;
      sums[1] += after;
    }
    const places = [...losses.keys()];
    const most = Math.max(0, ...[...losses.values()].map(([before]) => before));
    const share = ([before, after]) => (before > 0 ? (before - after) / before : 0);
    return {
      x: places.map((place) => map.x[place]),
      y: places.map((place) => map.y[place]),
      size: places.map((place) => CROWD * sized(losses.get(place)[0], most)),
      colour: places.map((place) => coloured(share(losses.get(place)))),
      tip: places.map((place) => {
        const [before, after] = losses.get(place);
        const words = map.words;
        return [
          map.names[place],
          `${words.before}: ${told(before)}`,
          `${words.after}: ${told(after)}`,
          `${words.averted}: ${(100 * share([before, after])).toFixed(1)} %`,
        ].join("\n");
      }),
    };
  };

  const units = (rows) => {
    const found = by_place(rows, { most: true });
    const empty = map.posts.filter((post) => !found.has(post));
    const made = marks("units", found, "#009E73", 1);
    for (const post of empty) {
      made.x.push(map.x[post]);
      made.y.push(map.y[post]);
      made.size.push(LEAST + 2);
      made.colour.push("#ffffff");
      made.tip.push(`${map.names[post]}\n${map.words.units}: 0`);
    }
    return made;
  };

  const lines = (pairs, layer, weighed = false) => {
    const most = Math.max(0, ...pairs.map(({ amount }) => amount));
    return {
      xs: pairs.map(({ from, to }) => [map.x[from], map.x[to]]),
      ys: pairs.map(({ from, to }) => [map.y[from], map.y[to]]),
      size: pairs.map(({ amount }) => (weighed ? 0.8 + 3 * Math.sqrt(most > 0 ? amount / most : 0) : 1)),
      tip: pairs.map(({ from, to, amount }) =>
        [`${map.names[from]} → ${map.names[to]}`, `${map.words[layer] ?? ""}: ${told(amount)}`].join("\n")),
    };
  };

  const routes = (rows, layer) => {
    const found = new Map();
    for (const [from, to, body, period, amount] of rows) {
      if (!fits(body, period)) continue;
      const key = `${from} ${to}`;
      const pair = found.get(key) ?? found.set(key, { from, to, amount: 0 }).get(key);
      pair.amount += amount;
    }
    return lines([...found.values()], layer, true);
  };

  const coverage = (rows) => {
    const found = new Map();
    for (const [from, to, body, period] of rows) {
      if (fits(body, period)) found.set(`${from} ${to}`, { from, to, amount: 1 });
    }
    return lines([...found.values()], "coverage");
  };

  const density = ({ x = [], y = [], weight = [], size = 1 }) => {
    const most = Math.max(0, ...weight);
    return {
      x, y,
      size: x.map(() => size),
      colour: weight.map((each) => coloured(1 - Math.sqrt(each / most))),
      tip: weight.map((each) => `${map.words.density}: ${told(each)}`),
    };
  };

  const of_layer = {
    boundaries: () => ({
      xs: map.ground.boundaries.map(([x]) => x), ys: map.ground.boundaries.map(([, y]) => y),
      size: map.ground.boundaries.map(() => 1.2), tip: map.ground.boundaries.map(() => ""),
    }),
    streets: () => lines(map.ground.streets.map(([from, to]) => ({ from, to, amount: 1 })), "streets"),
    density: () => density(map.ground.density),
    coverage: (plan) => coverage(plan.coverage ?? []),
    routes: (plan) => routes(plan.routes ?? [], "routes"),
    sites: (plan) => sites(plan.sites ?? []),
    visits: (plan) => marks("visits", by_place(plan.visits ?? []), "none"),
    presence: (plan) => marks("presence", by_place(plan.presence ?? []), "none"),
    measures: (plan) => marks("measures", by_place(plan.measures ?? [], { upto: true }), "none"),
    stock: (plan) => marks("stock", by_place(plan.stock ?? []), "#E69F00", 1),
    units: (plan) => units(plan.units ?? []),
  };

  // Layers of programmes from outside
  for (const [layer, kind] of Object.entries(map?.own ?? {})) {
    of_layer[layer] = (plan) =>
      kind === "lines" ? routes(plan[layer] ?? [], layer) : marks(layer, by_place(plan[layer] ?? []), "none");
  }

  const redraw = () => {
    const plan = map.plans[chosen.plan] ?? {};
    const now = [];
    for (const [layer, make] of Object.entries(of_layer)) {
      const box = document.querySelector(`[data-layer="${layer}"]`);
      const shown = box !== null && box.checked;
      named("map", `layer-${layer}`).visible = shown;
      if (!shown) continue;
      const made = make(plan);
      named("map", `source-${layer}`).data = made;
      now.push(`${label_of(layer)} ${made.tip.length}`);
    }
    document.getElementById("map-now").textContent = now.join(" · ");
  };

  const plot = () => drawn.map.model;
  const middle = () => {
    const { x_range: x, y_range: y } = plot();
    return [(x.start + x.end) / 2, (y.start + y.end) / 2, (y.end - y.start) / plot().inner_height];
  };
  const look_at = (x, y, metres_a_pixel) => {
    const wide = (metres_a_pixel * plot().inner_width) / 2, high = (metres_a_pixel * plot().inner_height) / 2;
    plot().x_range.setv({ start: x - wide, end: x + wide });
    plot().y_range.setv({ start: y - high, end: y + high });
  };
  const look_at_all = () => {
    const { x = [], y = [] } = map.ground.density;
    const all_x = [...map.x, ...x], all_y = [...map.y, ...y];
    const ends = (all) => all.reduce(([low, high], each) => [Math.min(low, each), Math.max(high, each)], [Infinity, -Infinity]);
    const [left, right] = ends(all_x), [bottom, top] = ends(all_y);
    const metres = Math.max((right - left) / plot().inner_width, (top - bottom) / plot().inner_height, 0.01);
    look_at((left + right) / 2, (bottom + top) / 2, metres * MARGIN);
  };
  const STEP = 80, NEARER = 1.5;
  const moves = {
    in: ([x, y, m]) => look_at(x, y, m / NEARER),
    out: ([x, y, m]) => look_at(x, y, m * NEARER),
    left: ([x, y, m]) => look_at(x - STEP * m, y, m),
    right: ([x, y, m]) => look_at(x + STEP * m, y, m),
    up: ([x, y, m]) => look_at(x, y + STEP * m, m),
    down: ([x, y, m]) => look_at(x, y - STEP * m, m),
    whole: () => look_at_all(),
  };
  const KEYS = { "+": "in", "=": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", 0: "whole" };

  const start_map = () => {
    look_at_all();
    plot().properties.inner_width.change.connect(() => look_at(...middle()));
    for (const box of document.querySelectorAll("[data-layer]")) box.addEventListener("change", redraw);
    for (const key of ["period", "body"]) {
      const choice = document.getElementById(`choose-${key}`);
      choice?.addEventListener("change", () => {
        chosen[key] = Number(choice.value);
        redraw();
      });
    }
    for (const button of document.querySelectorAll("[data-move]")) {
      button.addEventListener("click", () => moves[button.dataset.move](middle()));
    }
    const frame = document.getElementById("chart-map");
    frame.tabIndex = 0;
    frame.addEventListener("keydown", (event) => {
      const move = KEYS[event.key];
      if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      moves[move](middle());
    });
    redraw();
  };

  // The slider over the points of a study

  const go_to = (point) => {
    for (const part of document.querySelectorAll(".at-point")) part.hidden = Number(part.dataset.point) !== point;
    for (const [key, at] of Object.entries(data.here)) {
      const here = named(key, `here-${key}`);
      if (here) here.location = at[point];
    }
    if (map) {
      chosen.plan = data.points[point] ?? -1;
      redraw();
    }
  };

  const start_slider = () => {
    const slider = document.getElementById("point");
    if (!slider) return;
    const names = [...document.querySelectorAll("#points option")].map((option) => option.label);
    const moved = () => {
      document.getElementById("point-now").textContent = names[slider.value];
      slider.setAttribute("aria-valuetext", names[slider.value]);
      go_to(Number(slider.value));
    };
    slider.addEventListener("input", moved);
    moved();
  };

  if (typeof Bokeh !== "undefined") await draw_all();
  if (map) start_map();
  start_slider();
  document.documentElement.dataset.ready = "yes";
})();
