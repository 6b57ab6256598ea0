"use strict";
// Evaluates cases as the page does: {script, packs, cases: [{pack, case, changes}]} comes in on
// standard input, and the readings of the cases go out, in the same order.
const fs = require("node:fs");
const vm = require("node:vm");

const { script, packs, cases } = JSON.parse(fs.readFileSync(0, "utf8"));
const evaluate = vm.runInThisContext(`${script}
(pack, one, changes) => {
  const found = readingsOf(pack, changes ? withChanges(pack, one, changes) : one);
  return { ...found, established: [...found.established], presumed: [...found.presumed] };
}`);
const found = cases.map(({ pack, case: one, changes }) => evaluate(packs[pack], one, changes));
process.stdout.write(JSON.stringify(found));
