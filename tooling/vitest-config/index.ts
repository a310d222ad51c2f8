import { defaultServerConditions } from 'vite'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const conditions = ['@copycat/source', ...defaultServerConditions]

/** Test settings of every package: workspace packages resolve to their sources, nothing has to be built first. */
export function vitestConfig(test: NonNullable<ViteUserConfig['test']> = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: { include: ['test/**/*.test.ts'], testTimeout: 20_000, ...test },
  })
}
