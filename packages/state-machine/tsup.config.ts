import { tsupConfig } from '@copycat-tooling/tsup-config'
import type { Options } from 'tsup'

const config: Options = tsupConfig({
  index: 'src/index.ts', 'testing/index': 'src/testing/index.ts', 'conformance/index': 'src/conformance/index.ts',
})

export default config
