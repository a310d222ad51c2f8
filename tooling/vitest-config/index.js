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
    // Files of a package share a thread and what they import: half the time goes into loading else. Who changes what is global takes processes of its own.
    // A poll ends when its condition holds; a second, its default, is short for a machine that is busy.
    test: { include: ['test/**/*.test.ts'], testTimeout: 20_000, expect: { poll: { timeout: 10_000 } }, pool: 'threads', isolate: false, ...test },
  })
}
