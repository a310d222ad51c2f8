import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { Serializer } from '../src/index.ts'
import { ManifestTypeResolver } from '../src/manifest/index.ts'

const root = mkdtempSync(path.join(tmpdir(), 'copycat-manifest-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function write(file: string, content: string | object): void {
  const place = path.join(root, file)
  mkdirSync(path.dirname(place), { recursive: true })
  writeFileSync(place, typeof content === 'string' ? content : JSON.stringify(content))
}

/** What `serializeWith({ id })` does, without the package. */
const decorated = (name: string, id: number): string =>
  `export class ${name} { at = '${name}' }\nObject.defineProperty(${name}, Symbol.for('copycat.serializeWith'), { value: { id: ${id} } })\n`

write('app/package.json', { type: 'module', name: 'app', dependencies: { shapes: '1', plain: '1', missing: '1' }, optionalDependencies: { units: '1' }, copycat: { types: ['./own.js'] } })
write('app/own.js', decorated('Own', 1))
write('app/src/deep/main.js', '')
write('app/node_modules/shapes/package.json', { type: 'module', name: 'shapes', dependencies: { colors: '1' }, copycat: { types: ['./types.js'] } })
write('app/node_modules/shapes/types.js', `${decorated('Circle', 2)}class Square {}\nexport const squares = { resolve: (serializer) => serializer.register(Square, 3) }\nexport const make = () => new Square()\n`)
write('store/colors/package.json', { type: 'module', name: 'colors', copycat: { types: ['./a.js', './b.js'] } })
write('store/colors/a.js', decorated('Red', 4))
write('store/colors/b.js', decorated('Blue', 5))
mkdirSync(path.join(root, 'app/node_modules/shapes/node_modules'), { recursive: true })
symlinkSync(path.join(root, 'store/colors'), path.join(root, 'app/node_modules/shapes/node_modules/colors'))
write('bare/package.json', { dependencies: { missing: '1' } })
write('app/node_modules/plain/package.json', { name: 'plain', dependencies: { hidden: '1' } })
write('app/node_modules/hidden/package.json', { name: 'hidden', copycat: { types: ['./missing.js'] } })
write('app/node_modules/units/package.json', { type: 'module', name: 'units', dependencies: { app: '1' }, copycat: { types: ['./units.js'] } })
write('app/node_modules/units/units.js', decorated('Meter', 6))

async function failure(manifest: string | object, files: Readonly<Record<string, string>> = {}): Promise<unknown> {
  rmSync(path.join(root, 'broken'), { recursive: true, force: true })
  const folder = `broken/${crypto.randomUUID()}`
  write(`${folder}/package.json`, manifest)
  for (const [name, text] of Object.entries(files)) write(`${folder}/${name}`, text)
  return ManifestTypeResolver.load(path.join(root, folder)).then(() => undefined, (error: unknown) => error)
}

describe('ManifestTypeResolver', () => {
  it('registers what the application, its dependencies, and theirs list', async () => {
    const module = path.join(root, 'app/src/deep/main.js')
    const resolver = await ManifestTypeResolver.load(pathToFileURL(module))
    expect(resolver.packages).toEqual(['app', 'colors', 'shapes', 'units'])
    expect((await ManifestTypeResolver.load(pathToFileURL(module).href)).packages).toEqual(resolver.packages)
    const serializer = new Serializer().resolve(resolver)
    const instance = (id: number): unknown => serializer.readObject(Uint8Array.of(0xc7, 2, 0x43, id, 0x80))
    expect([1, 2, 3, 4, 5, 6].map(id => (instance(id) as object).constructor.name)).toEqual(['Own', 'Circle', 'Square', 'Red', 'Blue', 'Meter'])
    const shapes = await import(pathToFileURL(path.join(root, 'app/node_modules/shapes/types.js')).href) as { make: () => object }
    expect(serializer.copy(shapes.make())).toStrictEqual(shapes.make())
  })

  it('names the package whose manifest or module is at fault', async () => {
    const type = { type: 'module', name: 'faulty' }
    expect(await failure('{')).toMatchObject({ code: 'COPYCAT_REGISTRATION', message: expect.stringContaining('is no JSON') })
    expect(await failure('null')).toMatchObject({ message: expect.stringContaining('is no object') })
    expect(await failure({ ...type, copycat: { types: './a.js' } })).toMatchObject({ message: expect.stringContaining('package faulty lists types that are no array') })
    for (const entry of ['../outside.js', 'fs', './../up.js', '/etc/passwd']) {
      expect(await failure({ ...type, copycat: { types: [entry] } })).toMatchObject({ message: expect.stringContaining('no module of its own') })
    }
    expect(await failure({ ...type, copycat: { types: ['./a.js'] } })).toMatchObject({ message: 'module ./a.js of package faulty cannot be loaded', cause: expect.any(Error) })
    expect(await failure({ ...type, copycat: { types: ['./a.js'] } }, { 'a.js': 'export const one = 1, two = null, three = class {}' }))
      .toMatchObject({ message: expect.stringContaining('exports no class with serializeWith') })
  })

  it('finds nothing where nothing is listed, and says so where there is no manifest', async () => {
    expect((await ManifestTypeResolver.load(path.join(root, 'bare'))).packages).toEqual([])
    await expect(ManifestTypeResolver.load(path.parse(root).root)).rejects.toThrow(/no package\.json/)
  })
})
