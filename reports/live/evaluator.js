// Conditions over one case: what backends/script/conditions.py wrote as a table of nodes. Every part
// is evaluated; none is passed over because another has decided. Needs quantities.js.

/** A case ready to be asked: its facts, and what was found of conditions outside of any list. */
const worldOf = (pack, asOf, facts, flagged = null) => ({
  pack, facts, flagged, asOf: dateOf(asOf), found: new Map(),
});

const NO_ROWS = {};

/** The truth of a condition; `rows` holds the entry of a list behind each bound name. */
const truthOf = (number, world, rows = NO_ROWS) => {
  const result = valueOf(number, world, rows);
  return result === null ? null : Boolean(result);
};

/** The value of a node, null where it is unknown. */
const valueOf = (number, world, rows) => {
  const isFree = rows === NO_ROWS;
  if (isFree && world.found.has(number)) return world.found.get(number);
  const [kind, ...parts] = world.pack.nodes[number];
  const value = KINDS[kind](parts, world, rows);
  if (isFree) world.found.set(number, value);
  return value;
};

// --- facts ----------------------------------------------------------------------------------------------

const isKnown = (fact) => fact !== undefined && fact.value !== undefined;

/** A value as it is computed with; sets stay as they are. */
const readValue = (value, world) => {
  if (typeof value !== "object") return value;
  if ("date" in value) return dateOf(value.date);
  return "currency" in value ? moneyOf(value, world.pack.currency) : value;
};

const factValue = (fact, world) => (isKnown(fact) ? readValue(fact.value, world) : null);

/** The fact that a node names: of the case, or of the entry of a list. */
const factOf = (number, world, rows) => {
  const [kind, first, second] = world.pack.nodes[number];
  return kind === "field" ? rows[first][second] : world.facts[first];
};

/** What the case file itself says of a fact, which a presumption leaves as it is. */
const fileState = (fact) => {
  if (fact === undefined) return "unknown";
  return fact.file ?? (isKnown(fact) ? "known" : fact.state);
};

// --- sets -----------------------------------------------------------------------------------------------

/** What is known of a set: its members, and whether there may be more. */
const setOf = (number, world, rows) => {
  const fact = factOf(number, world, rows);
  return isKnown(fact) ? { members: fact.value.members, more: Boolean(fact.more) } : { members: [], more: true };
};

const shareMember = (left, right) => {
  if ([left, right].some((side) => !side.more && side.members.length === 0)) return false;
  if (left.members.some((member) => right.members.includes(member))) return true;
  return left.more || right.more ? null : false;
};

const isInSet = (item, fact) => {
  if (item === null || !isKnown(fact)) return null;
  return fact.value.members.includes(item) || (fact.more ? null : false);
};

const isAmong = (item, choices, world) =>
  item === null ? null : disjunction(choices.map((one) => compare("==", item, readValue(one, world))));

// --- lists ----------------------------------------------------------------------------------------------

const entriesOf = (fact) => (isKnown(fact) ? fact.value.rows ?? [] : []);

/** What several lists say together: whether one is empty or absent, whether one may go on. */
const listsOf = (bindings, world) => {
  const facts = bindings.map(([, path]) => world.facts[path]);
  const isEmpty = facts.some((fact) => isKnown(fact) && !fact.more && entriesOf(fact).length === 0);
  return {
    isAbsent: !isEmpty && !facts.every(isKnown),
    isOpen: !isEmpty && facts.some((fact) => isKnown(fact) && fact.more),
    entries: isEmpty ? null : facts.map(entriesOf),
  };
};

/** Every choice of one entry from each list, as rows under their names. */
const choicesOf = (bindings, lists, rows) => {
  if (lists.entries === null) return [];
  return bindings.reduce(
    (scopes, [name], place) =>
      scopes.flatMap((scope) => lists.entries[place].map((entry) => ({ ...scope, [name]: entry }))),
    [{ ...rows }],
  );
};

const quantified = (settle) => ([body, bindings], world, rows) => {
  const lists = listsOf(bindings, world);
  if (lists.isAbsent) return null;
  const truths = choicesOf(bindings, lists, rows).map((scope) => truthOf(body, world, scope));
  return settle(lists.isOpen ? [...truths, null] : truths);
};

const counted = ([body, bindings], world, rows) => {
  const lists = listsOf(bindings, world);
  if (lists.isAbsent) return null;
  const truths = choicesOf(bindings, lists, rows).map((scope) => truthOf(body, world, scope));
  const low = truths.filter((truth) => truth === true).length;
  const high = lists.isOpen ? Infinity : truths.filter((truth) => truth !== false).length;
  return low === high ? low : { low, high };
};

const summed = ([body, bindings, condition], world, rows) => {
  const lists = listsOf(bindings, world);
  if (lists.isAbsent) return null;
  return choicesOf(bindings, lists, rows).reduce((total, scope) => {
    const counts = condition === undefined ? true : truthOf(condition, world, scope);
    if (counts === false || total === null) return total;
    const term = counts === null ? null : valueOf(body, world, scope);
    if (term === null) return null;
    return total === 0 ? term : compute("+", total, term, world.pack.currency);
  }, lists.isOpen ? null : 0);
};

// --- nodes ----------------------------------------------------------------------------------------------

const truths = (parts, world, rows) => parts.map((part) => truthOf(part, world, rows));

/** Nodes that are unknown where one of their parts is. */
const strict = (meaning) => (parts, world, rows) => {
  const values = parts.map((part) => valueOf(part, world, rows));
  return values.includes(null) ? null : meaning(...values);
};

/** Nodes that ask what the case file says of a fact, and are never unknown. */
const ofTheFile = (meaning) => ([fact], world, rows) => {
  const stated = factOf(fact, world, rows);
  return meaning(fileState(stated), Boolean(stated?.refused));
};

const isWithin = (left, right, chord) => {
  const squares = left.place.map((side, place) => (side - right.place[place]) * (side - right.place[place]));
  return Math.sqrt(squares[0] + squares[1] + squares[2]) <= chord;
};

const KINDS = {
  true: () => true,
  false: () => false,
  unknown: () => null,
  value: ([value], world) => readValue(value, world),
  as_of: (_, world) => world.asOf,
  fact: ([path], world) => factValue(world.facts[path], world),
  field: ([name, key], world, rows) => factValue(rows[name][key], world),
  and: (parts, world, rows) => conjunction(truths(parts, world, rows)),
  or: (parts, world, rows) => disjunction(truths(parts, world, rows)),
  not: ([part], world, rows) => negate(truthOf(part, world, rows)),
  at_least: ([count, ...parts], world, rows) => threshold(count, truths(parts, world, rows)),
  any: quantified(disjunction),
  all: quantified(conjunction),
  count: counted,
  sum: summed,
  compare: ([operator, ...sides], world, rows) =>
    strict((left, right) => compare(operator, left, right))(sides, world, rows),
  arithmetic: ([operator, ...sides], world, rows) =>
    strict((left, right) => compute(operator, left, right, world.pack.currency))(sides, world, rows),
  among: ([item, choices], world, rows) => isAmong(valueOf(item, world, rows), choices, world),
  in: ([item, set], world, rows) => isInSet(valueOf(item, world, rows), factOf(set, world, rows)),
  overlaps: ([left, right], world, rows) => shareMember(setOf(left, world, rows), setOf(right, world, rows)),
  within: ([left, right, chord], world, rows) =>
    strict((one, other) => isWithin(one, other, chord))([left, right], world, rows),
  days: strict((start, end) => between((first, last) => last - first, start, end)),
  months: strict((start, end) => between(wholeMonths, start, end)),
  contains: strict((text, word) => folded(text).includes(folded(word))),
  starts_with: strict((text, word) => folded(text).startsWith(folded(word))),
  known: ofTheFile((state) => state === "known"),
  asked: ofTheFile((state) => state === "asked"),
  undisclosed: ofTheFile((state, refused) => state !== "conflict" && (state === "undisclosed" || refused)),
  flagged: ([rule, severity], world) => world.flagged.rule(rule, severity),
  flagged_in: ([family, severity], world) => world.flagged.family(family, severity),
};
