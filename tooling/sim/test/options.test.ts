import { describe, expect, it } from 'vitest'
import { parseCommand } from '../src/options.ts'

describe('parseCommand', () => {
  it('takes a count of seeds, a first one, a profile and a number of processes', () => {
    expect(parseCommand(['--seeds', '200', '--from', '7', '--profile', 'speed', '--jobs', '3'])).toEqual({ command: 'seeds', seeds: 200, from: 7, profile: 'speed', jobs: 3 })
  })

  it('starts at seed 1 of the default profile with a process per processor', () => {
    const command = parseCommand(['--seeds', '5'])
    expect(command).toMatchObject({ command: 'seeds', from: 1, profile: 'default' })
    expect(command).toHaveProperty('jobs', expect.toSatisfy((jobs: number) => jobs >= 1))
  })

  it('takes one seed to replay or to shrink, with a mutant if need be', () => {
    expect(parseCommand(['--seed', '12', '--mutant', 'R4', '--json', 'a.json'])).toEqual({ command: 'replay', seed: 12, profile: 'default', mutant: 'R4', json: 'a.json' })
    expect(parseCommand(['--shrink', '12', '--runs', '40'])).toMatchObject({ command: 'shrink', seed: 12, runs: 40 })
  })

  it('takes a seed in hexadecimal too', () => {
    expect(parseCommand(['--seed', '0x10'])).toMatchObject({ seed: 16 })
  })

  it('passes over the separator that package managers leave', () => {
    expect(parseCommand(['--', '--case', 'a.json'])).toEqual({ command: 'case', file: 'a.json', json: undefined })
  })

  it('takes all mutants unless some are named', () => {
    expect(parseCommand(['mutants', '--only', 'R4,E1'])).toMatchObject({ only: ['R4', 'E1'], seeds: 300 })
    expect(parseCommand(['mutants'])).toHaveProperty('only', expect.arrayContaining(['E1', 'T8', 'control']))
  })

  it('takes versions of Node.js, or none', () => {
    expect(parseCommand(['determinism', '--nodes', '22.1,26'])).toMatchObject({ seeds: 200, nodes: ['22.1', '26'] })
    expect(parseCommand(['determinism', '--nodes', ''])).toMatchObject({ nodes: [] })
  })

  it.each([
    { args: [], says: 'give one of' },
    { args: ['--seed', '1', '--seeds', '2'], says: 'give one of' },
    { args: ['--seeds', '0'], says: '--seeds must be an integer from 1' },
    { args: ['--seeds', ''], says: '--seeds must be' },
    { args: ['--seed', '1.5'], says: '--seed must be' },
    { args: ['--seed', '1', '--profile', 'fast'], says: '--profile must be one of default' },
    { args: ['--seed', '1', '--jobs', '2'], says: '--jobs does not go with --seed' },
    { args: ['--seed', '1', '--mutant', 'Q9'], says: `no mutant 'Q9'` },
    { args: ['mutants', '--only', 'Q9'], says: `no mutant 'Q9'` },
    { args: ['mutants', '--profile', 'speed'], says: '--profile does not go with sim:mutants' },
    { args: ['determinism', '--nodes', 'latest; true'], says: '--nodes takes versions' },
    { args: ['fuzz'], says: `no command 'fuzz'` },
    { args: ['mutants', 'again'], says: 'one word too many' },
    { args: ['--sed', '1'], says: `'--sed'` },
  ])('refuses $args', ({ args, says }) => {
    expect(() => parseCommand(args)).toThrow(says)
  })
})
