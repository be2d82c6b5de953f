// main.cjs <script> <JSON>: plays a script, a function of what is given, and prints what it answers.
'use strict'
const [script, given] = process.argv.slice(2)

require(script)(JSON.parse(given)).then(
  (answer) => process.stdout.write(`\n${JSON.stringify(answer)}\n`, () => process.exit(0)),
  (error) => {
    console.error(error, JSON.stringify(error.data ?? error.response?.data ?? null))
    process.exit(1)
  },
)
