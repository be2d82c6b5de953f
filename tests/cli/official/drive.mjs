// Runs the official command line, unchanged, once for each line of words that comes in: in one process, because starting Node is dear.
//
// Its program runs as it is imported, and ends by process.exit. Here that marks the run as ended, and what comes after it is not heard.
import { readFileSync } from "node:fs";
import { format } from "node:util";
import { pathToFileURL } from "node:url";

class Ended extends Error {}

const program = process.argv[2];
const runs = JSON.parse(readFileSync(0, "utf8"));
const results = [];
let running = null;
let told = false;

const hear = (stream) => (...said) => {
  if (running && running.exit === undefined) {
    running[stream] += `${format(...said)}\n`;
  }
};
console.log = hear("stdout");
console.error = hear("stderr");
process.exit = (code) => {
  if (running.exit === undefined) {
    running.exit = code ?? 0;
  }
  throw new Ended();
};
for (const kind of ["unhandledRejection", "uncaughtException"]) {
  process.on(kind, (error) => {
    if (!(error instanceof Ended)) {
      running.crash = String(error?.stack || error);
    }
  });
}

// Nothing is left to be done: a run has come to its end, also where it did not ask for that.
process.on("beforeExit", () => {
  if (running) {
    results.push({ exit: 0, ...running });
    running = null;
  }
  const next = runs[results.length];
  if (next) {
    setImmediate(() => {
      running = { stdout: "", stderr: "" };
      Object.assign(process.env, next.environment);
      process.argv = [process.argv[0], program, ...next.words];
      import(`${pathToFileURL(program)}?run=${results.length}`);
    });
  } else if (!told) {
    told = true;
    process.stdout.write(JSON.stringify(results));
  }
});
