// From a case to its three readings: verdicts of rules, ratings of families, presumptions. Severities
// and ratings are numbers: 0 none, 1 low, 2 medium (of a rating: moderate), 3 high, 4 critical; a
// rating of 0 is "not assessed". Needs quantities.js and evaluator.js.

const [CLEAR, UNKNOWN, FLAG, NOT_APPLICABLE] = ["clear", "unknown", "flag", "not_applicable"];

const HIGH = 3;

// --- rules ----------------------------------------------------------------------------------------------

/** The outcome of a rule from the truths of its levels, `[severity, truth]`, the lowest first. */
const outcomeOf = (applies, levels) => {
  if (applies === false) return { verdict: NOT_APPLICABLE, severity: 0, ceiling: 0 };
  const possible = levels.filter(([, truth]) => truth !== false);
  if (possible.length === 0) return { verdict: CLEAR, severity: 0, ceiling: 0 };
  const [ceiling] = possible.at(-1);
  const certain = levels.filter(([, truth]) => truth === true);
  if (applies === true && certain.length > 0) return { verdict: FLAG, severity: certain.at(-1)[0], ceiling };
  return { verdict: UNKNOWN, severity: 0, ceiling };
};

/** Whether a rule is flagged with that severity or worse; 0 asks for any, a factor has none. */
const isFlagged = ({ verdict, severity, ceiling }, wanted) => {
  if (verdict === CLEAR || verdict === NOT_APPLICABLE) return false;
  if (wanted === 0 || ceiling === 0) return verdict === FLAG ? true : null;
  return severity >= wanted ? true : ceiling >= wanted ? null : false;
};

/** The outcome of every rule, each inferred after those that it asks about. */
const infer = (pack, asOf, facts) => {
  const outcomes = new Map();
  const flagged = {
    rule: (id, severity) => isFlagged(outcomes.get(id), severity),
    family: (family, severity) => disjunction(
      pack.rules
        .filter((rule) => rule.family === family && !rule.factor)
        .map((rule) => isFlagged(outcomes.get(rule.id), severity))),
  };
  const world = worldOf(pack, asOf, facts, flagged);
  for (const rule of pack.rules) {
    const levels = rule.levels.map(([severity, condition]) => [severity, truthOf(condition, world)]);
    outcomes.set(rule.id, outcomeOf(truthOf(rule.applies, world), levels));
  }
  return outcomes;
};

// --- ratings --------------------------------------------------------------------------------------------

/** The worst severity of each topic; rules without a topic are each their own. */
const byTopic = (rules, severityOf) => {
  const topics = new Map();
  for (const rule of rules) {
    const topic = rule.topic ?? rule.id;
    topics.set(topic, Math.max(topics.get(topic) ?? 0, severityOf(rule)));
  }
  return [...topics.values()].filter((severity) => severity > 0);
};

const isReached = ([atLeast, severity], severities) =>
  severities.filter((one) => one >= severity).length >= atLeast;

/** The rating to which findings add up; a mitigating factor takes one step, with its limits. */
const standing = (rows, severities, isMitigated) => {
  const ranks = [4, 3, 2, 1];
  const rating = ranks.find((rank) => rows[rank - 1].some((row) => isReached(row, severities))) ?? 1;
  const isGrave = severities.some((severity) => severity >= HIGH);
  const isLowered = isMitigated && (rating > 2 || (rating > 1 && !isGrave));
  return isLowered ? rating - 1 : rating;
};

const rateFamily = (pack, family, outcomes) => {
  const own = pack.rules.filter((rule) => rule.family === family);
  const tests = own.filter((rule) => !rule.factor);
  if (tests.every((rule) => outcomes.get(rule.id).verdict === NOT_APPLICABLE)) return { floor: 0, ceiling: 0 };
  const inForce = own.filter((rule) => rule.factor).map((rule) => outcomes.get(rule.id).verdict);
  const certain = byTopic(tests, (rule) => outcomes.get(rule.id).severity);
  const possible = byTopic(tests, (rule) => outcomes.get(rule.id).ceiling);
  return {
    floor: standing(pack.rating, certain, inForce.includes(FLAG) || inForce.includes(UNKNOWN)),
    ceiling: standing(pack.rating, possible, inForce.includes(FLAG)),
  };
};

/** Floor and ceiling of each family. Of a case of which no test could be run nothing is established. */
const rate = (pack, outcomes) => {
  const rated = pack.families.map((family) => rateFamily(pack, family, outcomes));
  const isTested = pack.rules.some((rule) =>
    !rule.factor && [FLAG, CLEAR].includes(outcomes.get(rule.id).verdict));
  return isTested ? rated : rated.map(({ ceiling }) => ({ floor: 0, ceiling }));
};

// --- presumptions ---------------------------------------------------------------------------------------

/** A fact as presumed; what the file says of it, conditions about the file still see. */
const presumedFact = (stated, presumption) => {
  const file = fileState(stated);
  if (presumption.value === undefined) return { ...stated, more: false, file };
  return { value: presumption.value, refused: Boolean(stated?.refused), file };
};

/** The facts that are presumed. Their conditions see what the case states, not each other. */
const presumptionsMade = (pack, asOf, facts) => {
  const world = worldOf(pack, asOf, facts);
  const made = {};
  for (const [path, presumptions] of Object.entries(pack.presumptions)) {
    const stated = facts[path];
    if (isKnown(stated) && !stated.more) continue;
    const first = presumptions.find((one) =>
      (one.value === undefined) === isKnown(stated)
      && (one.when === undefined || truthOf(one.when, world) === true));
    if (first !== undefined) made[path] = presumedFact(stated, first);
  }
  return made;
};

/** The facts with what is presumed; not presumed is what may then not be stated. */
const withPresumptions = (pack, asOf, facts) => {
  let made = presumptionsMade(pack, asOf, facts);
  for (;;) {
    const filled = { ...facts, ...made };
    const world = worldOf(pack, asOf, filled);
    const isAllowed = (path) => !Object.hasOwn(pack.guards, path) || truthOf(pack.guards[path], world) === true;
    const allowed = Object.fromEntries(Object.entries(made).filter(([path]) => isAllowed(path)));
    if (Object.keys(allowed).length === Object.keys(made).length) return filled;
    made = allowed;
  }
};

// --- cases ----------------------------------------------------------------------------------------------

/** Whether a fact may be stated: its `only_if` is not false. */
const mayBeStated = (pack, asOf, facts, path) =>
  !Object.hasOwn(pack.guards, path) || truthOf(pack.guards[path], worldOf(pack, asOf, facts)) !== false;

/** The facts of a case with some in the place of its own, less those that may not be stated then. */
const withChanges = (pack, { as_of: asOf, facts }, changes) => {
  const changed = { ...facts, ...changes };
  const left = Object.entries(changed).filter(([path]) => mayBeStated(pack, asOf, changed, path));
  return { as_of: asOf, facts: Object.fromEntries(left) };
};

/**
 * The readings of a case: for each rule its outcome, established and presumed; for each family, and
 * for the whole under `overall`, its floor, presumed and ceiling.
 */
const readingsOf = (pack, { as_of: asOf, facts }) => {
  const established = infer(pack, asOf, facts);
  const bounds = rate(pack, established);
  const presumed = infer(pack, asOf, withPresumptions(pack, asOf, facts));
  // Of what no test could be run, nothing is rated on presumptions alone.
  const isAssessed = bounds.some(({ floor }) => floor > 0);
  const between = isAssessed ? rate(pack, presumed) : bounds;
  const families = bounds.map(({ floor, ceiling }, place) =>
    ({ floor, presumed: between[place].floor, ceiling }));
  const worst = (reading) => Math.max(0, ...families.map((family) => family[reading]));
  const overall = { floor: worst("floor"), presumed: worst("presumed"), ceiling: worst("ceiling") };
  return { established, presumed, families, overall };
};
