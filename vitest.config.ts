import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

// tooling/chaos starts real processes and is run alone, after these.
const projects = ['packages/*', 'tooling/tidy', 'tooling/check', 'tooling/eslint-config', 'tooling/demo', 'tooling/benchmarks', 'tooling/sim', 'tooling/fuzz']
const config: ViteUserConfig = defineConfig({ test: { projects, maxWorkers: availableParallelism() } })

export default config
