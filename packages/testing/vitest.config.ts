import { vitestConfig } from '@copycat-tooling/vitest-config'
import type { ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = vitestConfig()

export default config
