import { tsupConfig } from '@copycat-tooling/tsup-config'
import type { Options } from 'tsup'

const config: Options = tsupConfig({ 'index': 'src/index.ts', 'thread': 'src/thread/thread-renewer.ts', 'renewer-thread': 'src/thread/renewer-thread.ts' })

export default config
