"use strict";
// Truths, dates, money and intervals, as docs/semantics.md has them. A truth is true, false, or
// null for unknown; so is a value that is not known null. Pure functions; nothing here knows a page.

// --- Kleene's logic ---------------------------------------------------------------------------

const negate = (truth) => (truth === null ? null : !truth);

const conjunction = (truths) =>
  truths.includes(false) ? false : truths.includes(null) ? null : true;

const disjunction = (truths) =>
  truths.includes(true) ? true : truths.includes(null) ? null : false;

/** True if `count` are true, false if fewer than `count` are true or unknown, else unknown. */
const threshold = (count, truths) => {
  const certain = truths.filter((truth) => truth === true).length;
  const possible = truths.filter((truth) => truth !== false).length;
  return certain >= count ? true : possible >= count ? null : false;
};

// --- dates: of which the day is not known they are intervals of days --------------------------------

const DAY = 86400000;

/** The number of a day; months count from 1, and day 0 is the last of the month before. */
const dayNumber = (year, month, day) => new Date(0).setUTCFullYear(year, month - 1, day) / DAY;

const firstAndLast = (text) => {
  const [year, month, day] = text.split("-").map(Number);
  if (day !== undefined) return [dayNumber(year, month, day), dayNumber(year, month, day)];
  if (month !== undefined) return [dayNumber(year, month, 1), dayNumber(year, month + 1, 0)];
  return [dayNumber(year, 1, 1), dayNumber(year, 12, 31)];
};

/** A date as it is written: 2012-07-01, 2012-07, 2012, or 2012-07/2012-09. */
const dateOf = (text) => {
  const [start, end = start] = text.split("/");
  return { first: firstAndLast(start)[0], last: firstAndLast(end)[1] };
};

const isDate = (value) => typeof value === "object" && "first" in value;

const wholeMonths = (start, end) => {
  if (end < start) return -wholeMonths(end, start);
  const [first, last] = [new Date(start * DAY), new Date(end * DAY)];
  const months = 12 * (last.getUTCFullYear() - first.getUTCFullYear())
    + last.getUTCMonth() - first.getUTCMonth();
  const isLastDay = new Date((end + 1) * DAY).getUTCDate() === 1;
  return last.getUTCDate() >= first.getUTCDate() || isLastDay ? months : months - 1;
};

/** What is counted from one date to another, which rises with the second. */
const between = (count, start, end) => {
  const [low, high] = [count(start.last, end.first), count(start.first, end.last)];
  return low === high ? low : { low, high };
};

// --- intervals ------------------------------------------------------------------------------------

const isInterval = (value) => typeof value === "object" && "low" in value;

const intervalOf = (value) => {
  if (isDate(value)) return { low: value.first, high: value.last };
  return isInterval(value) ? value : { low: value, high: value };
};

// An empty count times an unbounded one is still empty.
const product = (left, right) => (left === 0 || right === 0 ? 0 : left * right);

// A count that has no upper bound, over another such: 0 is as low as it can get.
const quotient = (left, right) => (Math.abs(right) === Infinity ? 0 : left / right);

const computeIntervals = (operator, left, right) => {
  if (operator === "+") return { low: left.low + right.low, high: left.high + right.high };
  if (operator === "-") return { low: left.low - right.high, high: left.high - right.low };
  if (operator === "/" && right.low <= 0 && right.high >= 0) return null;
  const combine = operator === "/" ? quotient : product;
  const corners = [left.low, left.high].flatMap((one) =>
    [right.low, right.high].map((other) => combine(one, other)));
  return { low: Math.min(...corners), high: Math.max(...corners) };
};

const computeNumbers = (operator, left, right) => {
  if (left === null || right === null || (operator === "/" && right === 0)) return null;
  const result = { "+": left + right, "-": left - right, "*": left * right, "/": left / right }[operator];
  // Infinity less infinity, and the like, is no number and so unknown.
  return Number.isNaN(result) ? null : result;
};

// --- money: in its own currency, and in the currency of account where a rate is known ------------------

const isMoney = (value) => typeof value === "object" && "inBase" in value;

const moneyOf = ({ amount, currency, rate }, base) => {
  const worth = rate === undefined ? null : amount * rate;
  return { amount, currency, inBase: currency === base ? amount : worth };
};

const inBase = (value) => (isMoney(value) ? value.inBase : value);

/** Both sides as plain numbers; null where that is impossible. */
const sameMeasure = (left, right) => {
  if (isMoney(left) && isMoney(right) && left.currency === right.currency) {
    return [left.amount, right.amount];
  }
  const sides = [inBase(left), inBase(right)];
  return sides.includes(null) ? null : sides;
};

const computeMoney = (operator, left, right, base) => {
  if (isInterval(left) || isInterval(right) || (operator === "/" && isMoney(left) && isMoney(right))) {
    const sides = sameMeasure(left, right);
    return sides && compute(operator, ...sides, base);
  }
  const worth = computeNumbers(operator, inBase(left), inBase(right));
  if (isMoney(left) && isMoney(right) && left.currency !== right.currency) {
    return worth === null ? null : { amount: worth, currency: base, inBase: worth };
  }
  const [one, other] = [left, right].map((side) => (isMoney(side) ? side.amount : side));
  const amount = computeNumbers(operator, one, other);
  const { currency } = isMoney(left) ? left : right;
  return amount === null ? null : { amount, currency, inBase: worth };
};

/** `left operator right`; null where a rate is missing or the divisor may be 0. */
const compute = (operator, left, right, base) => {
  if (isMoney(left) || isMoney(right)) return computeMoney(operator, left, right, base);
  if (isInterval(left) || isInterval(right)) {
    return computeIntervals(operator, intervalOf(left), intervalOf(right));
  }
  return computeNumbers(operator, left, right);
};

// --- comparisons --------------------------------------------------------------------------------------

const compareIntervals = (operator, left, right) => {
  switch (operator) {
    case "<": return left.high < right.low ? true : left.low >= right.high ? false : null;
    case "<=": return left.high <= right.low ? true : left.low > right.high ? false : null;
    case ">": return compareIntervals("<", right, left);
    case ">=": return compareIntervals("<=", right, left);
    case "!=": return negate(compareIntervals("==", left, right));
    default: {
      const apart = left.high < right.low || right.high < left.low;
      const same = left.low === left.high && right.low === right.high && left.low === right.low;
      return apart ? false : same ? true : null;
    }
  }
};

const comparePlain = (operator, left, right) => {
  switch (operator) {
    case "<": return left < right;
    case "<=": return left <= right;
    case ">": return left > right;
    case ">=": return left >= right;
    case "!=": return left !== right;
    default: return left === right;
  }
};

/** Whether a comparison holds; of intervals, whether it holds throughout. */
const compare = (operator, left, right) => {
  if (isMoney(left) || isMoney(right)) {
    const sides = sameMeasure(left, right);
    return sides && compare(operator, ...sides);
  }
  if (typeof left === "object" || typeof right === "object") {
    return compareIntervals(operator, intervalOf(left), intervalOf(right));
  }
  return comparePlain(operator, left, right);
};

// --- texts --------------------------------------------------------------------------------------------

// Two letters are treated by hand, since engines differ on them (language/quantities.py).
const folded = (text) => text.replaceAll("İ", "i").toLowerCase().replaceAll("ς", "σ");
