import type { ViteUserConfig } from 'vitest/config'

/** @param test what differs from the shared settings. */
export declare function vitestConfig(test?: NonNullable<ViteUserConfig['test']>): ViteUserConfig
