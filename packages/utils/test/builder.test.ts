import { describe, expect, expectTypeOf, it } from 'vitest'
import { optionsBuilder } from '../src/builder.ts'
import type { Builder, OptionsBuilder } from '../src/builder.ts'
import { ConfigurationError } from '../src/errors.ts'

interface ServerOptions {
  readonly memberId: number
  readonly members: readonly string[]
  readonly electionTimeout?: number
}

const builder = (): OptionsBuilder<ServerOptions, ServerOptions> =>
  optionsBuilder<ServerOptions, ServerOptions>({ memberId: 'required', members: 'required', electionTimeout: 'optional' }, (options) => options)

describe('optionsBuilder', () => {
  it('hands what was given to the maker, in any order', () => {
    expect(builder().withMembers(['a']).withElectionTimeout(9).withMemberId(1).build()).toEqual({ memberId: 1, members: ['a'], electionTimeout: 9 })
  })

  it('leaves out what was not given', () => {
    expect(Object.keys(builder().withMemberId(1).withMembers([]).build())).toEqual(['memberId', 'members'])
  })

  it('takes the last value of an option', () => {
    expect(builder().withMemberId(1).withMemberId(2).withMembers([]).build().memberId).toBe(2)
  })

  it('names the first required option that is missing, for callers without types', () => {
    const incomplete = builder().withMembers([]) as unknown as Builder<ServerOptions>
    expect(() => incomplete.build()).toThrow(new ConfigurationError('memberId', undefined, 'is required'))
  })

  it('counts an explicit undefined as missing', () => {
    const incomplete = builder().withMembers([]).withMemberId(undefined as unknown as number)
    expect(() => incomplete.build()).toThrow('option memberId is required')
  })

  it('makes a new options object at each build', () => {
    const complete = builder().withMemberId(1).withMembers([])
    expect(complete.build()).not.toBe(complete.build())
  })

  it('cannot be built in types while a required option is missing', () => {
    expectTypeOf(builder().withMembers([]).build).toEqualTypeOf<'call withMemberId first'>()
    expectTypeOf(builder().withMembers([]).withMemberId(1).build).toEqualTypeOf<() => ServerOptions>()
  })

  it('refuses values of another type in types', () => {
    expectTypeOf(builder().withMemberId).parameter(0).toEqualTypeOf<number>()
    expectTypeOf(builder().withElectionTimeout).parameter(0).toEqualTypeOf<number>()
  })
})
