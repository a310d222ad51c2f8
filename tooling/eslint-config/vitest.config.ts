import { vitestConfig } from '@copycat-tooling/vitest-config'
import type { ViteUserConfig } from 'vitest/config'

// The first linted text loads TypeScript and a whole package.
const config: ViteUserConfig = vitestConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

export default config
