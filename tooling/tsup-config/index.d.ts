import type { Options } from 'tsup'

/** @param entry name of the output file (without ending) to source file. */
export declare function tsupConfig(entry: Record<string, string>): Options
