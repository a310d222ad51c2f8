import { vitestConfig } from '@copycat-tooling/vitest-config'
import type { ViteUserConfig } from 'vitest/config'

// Whole simulations, on a machine that is busy with others.
const config: ViteUserConfig = vitestConfig({ pool: 'forks', isolate: true, testTimeout: 60_000 })

export default config
