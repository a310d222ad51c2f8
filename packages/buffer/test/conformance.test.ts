import { describe, it } from 'vitest'
import { testBuffer, testBytes } from '../src/conformance/index.ts'
import { bufferKinds, bytesKinds, temporaryFiles } from './kinds.ts'

const newFile = temporaryFiles()

for (const [name, create] of bufferKinds(newFile)) testBuffer({ test: { describe, it }, name, create })
for (const [name, create] of bytesKinds(newFile)) testBytes({ test: { describe, it }, name, create })
