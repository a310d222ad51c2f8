import { vitestConfig } from '@copycat-tooling/vitest-config'
import type { ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = vitestConfig({ testTimeout: 120_000, hookTimeout: 60_000, fileParallelism: false })

export default config
