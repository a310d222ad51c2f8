/** Measures how long a large history takes: 100 000 operations of 20 clients on 500 keys, of which 1 % have an unknown outcome. */
import { check, report, registerModel } from '../src/index.ts'
import { simulatedRegisterHistory } from '../test/simulated-register.ts'

const history = simulatedRegisterHistory({ operations: 100_000, keys: 500, clients: 20, unknownPercent: 1, seed: 1 })
for (let round = 1; round <= 3; round++) {
  const start = performance.now()
  const result = check(history, registerModel())
  console.log(`${Math.round(performance.now() - start)} ms: ${report(result).trim()}`)
}
