import * as core from '@copycat/core'
import * as replica from '@copycat/replica'
import * as atomic from '@copycat/resources-atomic'
import * as collections from '@copycat/resources-collections'
import * as coordination from '@copycat/resources-coordination'
import { describe, expect, it } from 'vitest'
import * as all from '../src/index.ts'

describe('@copycat/all', () => {
  it.each(Object.entries({ core, replica, atomic, collections, coordination }))('exports what %s does', (_name, exported) => {
    expect(all).toEqual(expect.objectContaining({ ...exported }))
  })

  it('lists every resource, each under a type of its own', () => {
    const resources = Object.entries(all).filter(([name]) => name.startsWith('Distributed')).map(([, exported]) => exported)
    expect(new Set(all.allResources)).toEqual(new Set(resources))
    expect(new all.ResourceManager(all.allResources).resourceTypes).toHaveLength(all.allResources.length)
  })
})
