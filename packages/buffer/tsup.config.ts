import { tsupConfig } from '@copycat-tooling/tsup-config'
import type { Options } from 'tsup'

const config: Options = tsupConfig({
  'index': 'src/index.ts', 'file/index': 'src/file/index.ts', 'conformance/index': 'src/conformance/index.ts', 'internal': 'src/internal.ts',
})

export default config
