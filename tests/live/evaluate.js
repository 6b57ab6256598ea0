"use strict";
// Evaluates cases as the page does: {packs, cases: [{pack, case, changes}]} comes in on standard
// input, and their readings go out, in the same order. Arguments are the files of the evaluator.
const fs = require("node:fs");
const vm = require("node:vm");

const files = process.argv.slice(2).map((file) => fs.readFileSync(file, "utf8"));
const evaluate = vm.runInThisContext(`${files.join("\n")}
(pack, one, changes) => {
  const found = readingsOf(pack, changes ? withChanges(pack, one, changes) : one);
  return { ...found, established: [...found.established], presumed: [...found.presumed] };
}`);

const { packs, cases } = JSON.parse(fs.readFileSync(0, "utf8"));
const found = cases.map(({ pack, case: one, changes }) => evaluate(packs[pack], one, changes));
process.stdout.write(JSON.stringify(found));
