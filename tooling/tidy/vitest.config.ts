import { vitestConfig } from '@copycat-tooling/vitest-config'
import type { ViteUserConfig } from 'vitest/config'

// A README is executed in a process of its own, which loads the sources of all packages.
const config: ViteUserConfig = vitestConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

export default config
