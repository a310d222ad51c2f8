// JavaScript, because Node.js 20 loads this file without help.
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['@copycat/source', ...defaultServerConditions]

/**
 * Test settings of every package: workspace packages resolve to their sources, nothing has to be built first.
 * @param {NonNullable<import('vitest/config').ViteUserConfig['test']>} test what differs.
 * @returns {import('vitest/config').ViteUserConfig}
 */
export function vitestConfig(test = {}) {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: { include: ['test/**/*.test.ts'], testTimeout: 20_000, ...test },
  })
}
