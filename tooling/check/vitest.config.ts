import { vitestConfig } from '@copycat-tooling/vitest-config'
import type { ViteUserConfig } from 'vitest/config'

// Each step is a process of its own.
const config: ViteUserConfig = vitestConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

export default config
