"use strict";
// Evaluates cases as the page does: {script, called, packs, cases} comes in on standard input, and
// what `called` gives for each case goes out, in the same order.
const fs = require("node:fs");
const vm = require("node:vm");

const { script, called, packs, cases } = JSON.parse(fs.readFileSync(0, "utf8"));
const evaluate = vm.runInThisContext(`${script}\n(packs) => ${called}`)(packs);
process.stdout.write(JSON.stringify(cases.map(evaluate)));
