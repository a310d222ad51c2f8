import { expect, it } from 'vitest'

it('Z1: the example of fencing shows what it says: its assertions hold', async () => {
  await expect(import('../examples/fencing.ts')).resolves.toBeDefined()
})
