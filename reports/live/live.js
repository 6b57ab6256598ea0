// The page: reads the controls, evaluates the case with what was changed, and shows what came of it.
// It holds no words of its own: all are in the data. Needs readings.js and what that needs.

(async () => {
  const byId = (name) => document.getElementById(name);

  /** Data as embedded.py packs them. Where a browser can't unpack them, this ends here. */
  const unpacked = ({ deflate }) => {
    const bytes = Uint8Array.from(atob(deflate), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).json();
  };

  const data = await unpacked(JSON.parse(byId("live-data").textContent));
  const { pack, words } = data;
  const form = byId("live").querySelector("form");
  const number = new Intl.NumberFormat(data.language, { maximumFractionDigits: 6 });
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const controls = [...form.querySelectorAll(".try")].map((holder) => ({
    ...holder.dataset,
    holder,
    field: holder.querySelector("select, input:not([type=checkbox])"),
    leave: holder.querySelector(".leave"),
    boxes: [...holder.querySelectorAll(".box input:not(.leave)")],
  }));

  // --- what was changed -----------------------------------------------------------------------------

  const ticked = ({ boxes }) => boxes.filter((box) => box.checked).map((box) => box.value);

  /** The option that the case has: the first where it leaves the fact open. */
  const statedOption = (field) =>
    [...field.options].find((option) => option.defaultSelected) ?? field.options[0];

  const isTouched = ({ field, leave, boxes }) => {
    if (leave !== null) return !leave.checked;
    if (field === null) return boxes.some((box) => box.checked !== box.defaultChecked);
    if (field.tagName === "SELECT") return field.selectedOptions[0] !== statedOption(field);
    return field.value !== field.defaultValue || field.validity.badInput;
  };

  /** The value that a control shows, as the evaluator takes it; undefined where it is left open. */
  const valueIn = (control) => {
    if (control.kind === "set") return { members: ticked(control) };
    const { kind, field } = control;
    if (field.value === "") return undefined;
    if (kind === "bool") return field.value === "true";
    if (kind === "date") return { date: field.value };
    if (kind === "enum") return field.value;
    if (kind !== "money") return Number(field.value);
    const rate = control.rate === undefined ? {} : { rate: Number(control.rate) };
    return { amount: Number(field.value), currency: control.currency, ...rate };
  };

  const factIn = (control) => {
    const value = valueIn(control);
    return value === undefined ? { state: "unknown" } : { value };
  };

  const isValid = ({ field }) => field === null || field.validity.valid;

  // --- in words and as flags --------------------------------------------------------------------------

  /** What the case says, in words. */
  const nowOf = ({ now, field }) => now ?? statedOption(field).text;

  const shownBy = (control) => {
    const { kind, field, boxes, holder } = control;
    if (kind === "set") {
      const names = boxes.filter((box) => box.checked).map((box) => box.parentElement.textContent.trim());
      return names.join(", ") || words.none;
    }
    if (field.tagName === "SELECT") return field.selectedOptions[0].text;
    if (field.value === "") return words.verdicts.unknown;
    if (kind === "date") return field.value;
    return `${number.format(Number(field.value))} ${holder.querySelector(".unit")?.textContent ?? ""}`.trim();
  };

  /** The value as a case file writes it. */
  const written = (control) => {
    const value = valueIn(control);
    if (value === undefined) return "null";
    if (control.kind === "set") return `[${value.members.join(", ")}]`;
    if (control.kind === "date") return value.date;
    if (control.kind !== "money") return String(value);
    const rate = control.rate === undefined ? "" : `, rate: ${control.rate}, rate_date: ${control.rateDate}`;
    return `{amount: ${value.amount}, currency: ${value.currency}${rate}}`;
  };

  const flag = (control) => {
    const setting = `${control.path}=${written(control)}`;
    return `--set ${/^[\w.=-]+$/.test(setting) ? setting : `'${setting}'`}`;
  };

  // --- what comes of it -------------------------------------------------------------------------------

  const READINGS = Object.keys(words.readings);

  const isFactor = new Set(pack.rules.filter((rule) => rule.factor).map((rule) => rule.id));

  /** How a rule comes out in one reading, in words. */
  const outcomeWord = (id, reading, found) => {
    const { verdict, severity, ceiling } = (reading === "presumed" ? found.presumed : found.established).get(id);
    if (isFactor.has(id)) return words.factor[verdict] ?? words.verdicts[verdict];
    if (reading === "ceiling") return words.severities[ceiling] || words.verdicts[verdict];
    return verdict === "flag" ? words.severities[severity] : words.verdicts[verdict];
  };

  /** Each reading in which a rule comes out otherwise; those in which it changes alike are one. */
  const movesOf = (id, found) => {
    const moves = new Map();
    for (const reading of READINGS) {
      const [before, after] = [base, found].map((one) => outcomeWord(id, reading, one));
      if (before === after) continue;
      const move = fill(words.move, { before, after });
      moves.set(move, [...(moves.get(move) ?? []), words.readings[reading]]);
    }
    return [...moves].map(([move, readings]) => `${readings.join(", ")}: ${move}`);
  };

  const itemsOf = (texts, otherwise) => (texts.length ? texts : [otherwise]).map((text) => {
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    name.textContent = text;
    item.append(name);
    return item;
  });

  const showReadings = (found) => {
    const rows = [...form.querySelectorAll(".readings tbody tr")];
    [...found.families, found.overall].forEach((rating, place) => {
      const before = [...base.families, base.overall][place];
      rows[place].querySelectorAll("td").forEach((cell) => {
        const { reading } = cell.dataset;
        const differs = rating[reading] !== before[reading];
        cell.textContent = words.ratings[rating[reading]];
        cell.classList.toggle("differs", differs);
        if (!differs) return;
        const was = document.createElement("small");
        was.textContent = fill(words.was, { rating: words.ratings[before[reading]] });
        cell.append(was);
      });
      rows[place].querySelectorAll(".steps i").forEach((box, step) => {
        const look = step < rating.floor ? "full" : step < rating.ceiling ? "hatched" : "empty";
        box.className = rating.ceiling === 0 ? "none" : look;
      });
    });
  };

  /** Say beside a control what the case has, or why its value does not count. */
  const showNote = (control, refusal) => {
    const { holder, field } = control;
    const isDifferent = isTouched(control);
    holder.querySelector(".note")?.remove();
    holder.classList.toggle("differs", isDifferent);
    field?.removeAttribute("aria-describedby");
    field?.setAttribute("aria-invalid", String(refusal !== ""));
    if (!isDifferent) return;
    const note = document.createElement("p");
    note.className = refusal ? "note refusal" : "note";
    note.id = `note-${control.path}`;
    note.textContent = refusal || fill(words.now, { value: nowOf(control) });
    holder.append(note);
    field?.setAttribute("aria-describedby", note.id);
  };

  const update = () => {
    const touched = controls.filter(isTouched);
    const valid = touched.filter(isValid);
    const given = Object.fromEntries(valid.map((control) => [control.path, factIn(control)]));
    const all = { ...data.case.facts, ...given };
    const isAllowed = ({ path }) => mayBeStated(pack, data.case.as_of, all, path);
    const counted = valid.filter((control) => valueIn(control) === undefined || isAllowed(control));
    controls.forEach((control) => {
      const isRefused = touched.includes(control) && !counted.includes(control);
      showNote(control, !isRefused ? "" : valid.includes(control) ? words.excluded : words.refused);
    });
    const found = readingsOf(pack, counted.length ? withChanges(pack, data.case, given) : data.case);
    show(counted, found);
  };

  const show = (counted, found) => {
    showReadings(found);
    const moved = pack.rules.map(({ id }) => [id, movesOf(id, found)]).filter(([, moves]) => moves.length);
    const changes = counted.map((control) => fill(words.change, {
      name: control.label, move: fill(words.move, { before: nowOf(control), after: shownBy(control) }),
    }));
    byId("live-changes").replaceChildren(...itemsOf(changes, words.nothing));
    byId("live-rules").replaceChildren(...itemsOf(
      moved.map(([id, moves]) => `${data.titles[id]} (${id}). ${moves.join("; ")}`), words.same));
    byId("live-flags").value = counted.map(flag).join(" ");
    byId("live-copied").textContent = "";
    byId("live-status").textContent = fill(words.status, {
      ratings: READINGS.map((one) => `${words.readings[one]}: ${words.ratings[found.overall[one]]}`).join(", "),
      changes: number.format(changes.length), rules: number.format(moved.length),
    });
  };

  // --- the controls -----------------------------------------------------------------------------------

  // A set that the case leaves open is stated as soon as a member is ticked.
  const tick = (event) => {
    const control = controls.find(({ holder }) => holder.contains(event.target));
    if (control?.leave && event.target !== control.leave) control.leave.checked = false;
    update();
  };

  // Without a clipboard, as in files opened offline, the text is selected instead.
  const copy = async () => {
    const flags = byId("live-flags");
    flags.select();
    try {
      await navigator.clipboard.writeText(flags.value);
      byId("live-copied").textContent = words.copied;
    } catch {
      byId("live-copied").textContent = words.select;
    }
  };

  const base = readingsOf(pack, data.case);
  form.addEventListener("input", tick);
  form.addEventListener("change", tick);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(update));
  byId("live-copy").addEventListener("click", copy);
  update();
  byId("live").hidden = false;
  byId("to-live").hidden = false;
})();
