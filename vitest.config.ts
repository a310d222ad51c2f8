import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

// tooling/chaos starts real processes and is run alone, after these.
const config: ViteUserConfig = defineConfig({ test: { projects: ['packages/*', 'tooling/tidy', 'tooling/check', 'tooling/eslint-config'] } })

export default config
