"use strict";
// Filter, sort, search and turn the leaves of the table of cases. Without this script the page
// shows its worst hundred. Texts of strangers go into the page as text only, never as markup.
(() => {
  const byId = (name) => document.getElementById(name);
  const data = JSON.parse(byId("data").textContent);
  const words = data.words;
  const families = data.families.length;
  const has = data.has;
  // The places of a case's values, as reports/dashboard/table.py packs them.
  const [ID, TITLE, DATE, COUNTRIES, CONFIDENCE, RATINGS, RUN, TESTS, MOVE, LINKED] = Array(10).keys();
  const state = { shown: data.cases, leaf: 0, column: -1, falling: true };

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = new Intl.NumberFormat(data.language);
  const texts = new Intl.Collator(data.language, { numeric: true });
  const level = (one, family, reading) => Number(one[RATINGS][3 * family + reading]);

  // What a search looks through is made when the first is made.
  let haystacks = null;
  const haystack = (place) => {
    haystacks ??= data.cases.map((one) => plain([one[ID], one[TITLE], one[COUNTRIES],
      ...one[COUNTRIES].split(" ").map((code) => words.countries[code] ?? "")].join("\n")));
    return haystacks[place];
  };

  const made = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const rated = (one, family) => {
    const [floor, presumed, ceiling] = [0, 1, 2].map((reading) => level(one, family, reading));
    const cell = made("td");
    const tag = made("span", `tag ${words.classes[presumed]}`);
    const sign = made("span", "", `${words.symbols[presumed]} `);
    sign.setAttribute("aria-hidden", "true");
    tag.append(sign, words.levels[presumed]);
    const bounds = fill(words.bounds, { floor: words.levels[floor], ceiling: words.levels[ceiling] });
    const bar = made("span", `bar f${floor} c${ceiling}`);
    bar.title = bounds;
    cell.append(tag, bar, made("span", "unseen", bounds));
    return cell;
  };

  const row = (one) => {
    const line = made("tr");
    const head = made("th");
    head.scope = "row";
    const name = made("bdi");
    const holder = one[LINKED] ? name.appendChild(made("a")) : name;
    if (one[LINKED]) holder.setAttribute("href", `${data.links}${encodeURIComponent(one[ID])}.html`);
    holder.textContent = one[TITLE] || one[ID];
    head.append(name);
    if (one[TITLE]) {
      const code = made("code");
      code.append(made("bdi", "", one[ID]));
      head.append(" ", code);
    }
    line.append(head);
    if (has.date) line.append(made("td", "", one[DATE]));
    if (has.countries) line.append(made("td", "", one[COUNTRIES]));
    for (let family = 0; family <= families; family += 1) line.append(rated(one, family));
    if (has.confidence) line.append(made("td", "", words.confidences[one[CONFIDENCE]]));
    line.append(made("td", "", fill(words.tests, { run: one[RUN], all: one[TESTS] })));
    if (has.move) line.append(made("td", "", words.moves[one[MOVE]] ?? ""));
    return line;
  };

  const leaves = () => Math.max(1, Math.ceil(state.shown.length / data.shown));

  const tell = () => {
    byId("found").textContent = state.shown.length === 0 ? words.none : fill(words.found, {
      shown: number.format(state.shown.length), all: number.format(data.cases.length),
      page: number.format(state.leaf + 1), pages: number.format(leaves()),
    });
    byId("before").disabled = state.leaf === 0;
    byId("after").disabled = state.leaf + 1 >= leaves();
  };

  const show = (leaf) => {
    state.leaf = leaf;
    const start = leaf * data.shown;
    byId("rows").replaceChildren(...state.shown.slice(start, start + data.shown).map(row));
    tell();
  };

  // --- filter and search ----------------------------------------------------------------------

  const choose = () => {
    const sought = plain(byId("search").value).split(/\s+/).filter(Boolean);
    const family = Number(byId("family").value);
    const rating = byId("rating").value;
    const country = has.countries ? byId("country").value : "";
    const move = has.move ? byId("move").value : "";
    state.shown = data.cases.filter((one, place) =>
      (rating === "" || level(one, family, 1) === Number(rating))
      && (country === "" || one[COUNTRIES].split(" ").includes(country))
      && (move === "" || one[MOVE] === move)
      && sought.every((word) => haystack(place).includes(word)));
    order();
    // What it says of the first hundred is no longer so.
    byId("which").hidden = true;
    show(0);
  };

  // --- sort -----------------------------------------------------------------------------------

  // The value by which each column sorts; ratings by what is presumed, established, possible.
  const rating = (family) => (one) =>
    100 * level(one, family, 1) + 10 * level(one, family, 0) + level(one, family, 2);
  const confidence = ["", "low", "medium", "high"];
  const keys = [(one) => one[TITLE] || one[ID]];
  if (has.date) keys.push((one) => one[DATE]);
  if (has.countries) keys.push((one) => one[COUNTRIES]);
  for (let family = 0; family <= families; family += 1) keys.push(rating(family));
  if (has.confidence) keys.push((one) => confidence.indexOf(one[CONFIDENCE]));
  keys.push((one) => one[RUN] / Math.max(1, one[TESTS]));
  if (has.move) keys.push((one) => words.moves[one[MOVE]] ?? "");

  const order = () => {
    if (state.column < 0) return;
    const key = keys[state.column];
    const sign = state.falling ? -1 : 1;
    const pairs = state.shown.map((one) => [key(one), one]);
    pairs.sort(([a], [b]) => sign * (typeof a === "string" ? texts.compare(a, b) : a - b));
    state.shown = pairs.map(([, one]) => one);
  };

  const heads = [...document.querySelectorAll(".heat thead th")];

  const sortBy = (column) => {
    const isText = typeof (data.cases.length ? keys[column](data.cases[0]) : "") === "string";
    state.falling = state.column === column ? !state.falling : !isText;
    state.column = column;
    heads.forEach((head, place) => {
      if (place === column) head.setAttribute("aria-sort", state.falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    choose();
  };

  // --- CSV ------------------------------------------------------------------------------------

  // An apostrophe stands before what a spreadsheet would compute (convenio/plain_text.py).
  const cell = (value) => {
    const text = /^[=+\-@\t\r\0]/.test(value) ? `'${value}` : String(value);
    return `"${text.replaceAll('"', '""')}"`;
  };

  const csv = () => {
    const cases = state.shown.map((one) => [one[ID], "ok", "", one[TITLE], one[DATE], one[COUNTRIES],
      one[CONFIDENCE], ...[...one[RATINGS]].map((digit) => words.classes[digit]), one[RUN], one[TESTS],
      one[MOVE]]);
    // A case that could not be read is left out of no table.
    const unread = data.unread.map(([name, message]) =>
      [name, "error", message, ...Array(data.columns.length - 3).fill("")]);
    return [data.columns, ...cases, ...unread].map((cells) => `${cells.map(cell).join(",")}\n`).join("");
  };

  const save = () => {
    const address = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
    const link = made("a");
    link.href = address;
    link.download = words.file;
    link.click();
    URL.revokeObjectURL(address);
  };

  // --- at the start: the page stays as it is, and gets its controls -----------------------------

  heads.forEach((head, column) => {
    const button = made("button", "", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => sortBy(column));
    head.replaceChildren(button);
  });
  byId("search").addEventListener("input", choose);
  byId("tools").querySelectorAll("select").forEach((one) => one.addEventListener("change", choose));
  byId("tools").addEventListener("submit", (event) => event.preventDefault());
  byId("before").addEventListener("click", () => show(state.leaf - 1));
  byId("after").addEventListener("click", () => show(state.leaf + 1));
  byId("save").addEventListener("click", save);
  tell();
  byId("tools").hidden = false;
  byId("leaf").hidden = false;
})();
