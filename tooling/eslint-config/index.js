import path from 'node:path'
import js from '@eslint/js'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import boundaries from 'eslint-plugin-boundaries'
import { flatConfigs as importX } from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'
import { banRules, browserImportRule, doors, exportSyntax } from './ban-list.js'
import { browserPackages, importable, packageMap } from './package-map.js'

const root = path.resolve(import.meta.dirname, '../..')
const conditionNames = ['@copycat/source', 'types', 'node', 'import', 'default']
const sources = ['packages/*/src/**/*.ts']
const tests = ['packages/*/test/**/*.ts', 'packages/*/examples/**/*.ts', 'tooling/*/test/**/*.ts']
const settingFiles = ['**/*.config.ts']

const typed = {
  files: ['**/*.ts'],
  extends: [js.configs.recommended, ...tseslint.configs.recommendedTypeChecked],
  languageOptions: { parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: root } },
  linterOptions: { reportUnusedDisableDirectives: 'error' },
  rules: {
    // tsc knows better.
    'no-undef': 'off',
    '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/no-import-type-side-effects': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-unused-vars': ['error', { args: 'after-used', argsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true }],
    '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
    '@typescript-eslint/strict-boolean-expressions': ['error', { allowNullableBoolean: true, allowNumber: false, allowString: false }],
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    // State machines hand their methods to `executor.register`, which binds them.
    '@typescript-eslint/unbound-method': 'off',
    // Asynchronous by contract, synchronous by chance: an implementation may have nothing to wait for.
    '@typescript-eslint/require-await': 'off',
    eqeqeq: 'error',
    'no-console': 'error',
    'no-param-reassign': 'error',
    'prefer-const': 'error',
  },
}

const imports = {
  files: ['**/*.ts'],
  plugins: importX.recommended.plugins,
  settings: {
    // Without these settings no-cycle sees nothing in TypeScript files.
    ...importX.typescript.settings,
    'import-x/resolver-next': [createTypeScriptImportResolver({ conditionNames, project: path.join(root, 'tsconfig.json') })],
  },
  rules: {
    'import-x/no-cycle': ['error', { ignoreExternal: true }],
    'import-x/no-relative-packages': 'error',
    'import-x/no-self-import': 'error',
    'import-x/no-duplicates': ['error', { 'prefer-inline': false }],
    'import-x/no-extraneous-dependencies': ['error', {
      includeTypes: true, devDependencies: false, optionalDependencies: false, peerDependencies: false,
    }],
  },
}

/** A plugin is used by what it plugs into: its types come from there. */
const plugins = {
  files: ['packages/eslint-plugin/src/**/*.ts'],
  rules: { 'import-x/no-extraneous-dependencies': ['error', { includeTypes: true, devDependencies: false, peerDependencies: true }] },
}

/** Layers: a package imports what the map allows. Tests may go up, to run the thing in its place. */
const layers = {
  files: sources,
  plugins: { boundaries },
  settings: {
    'boundaries/root-path': root,
    'boundaries/elements': Object.keys(packageMap).map((name) => ({ type: name, pattern: `packages/${name}` })),
    'import/resolver': { typescript: { conditionNames, project: path.join(root, 'tsconfig.json') } },
  },
  rules: {
    'boundaries/dependencies': ['error', {
      default: 'disallow',
      policies: Object.keys(packageMap).map((name) => ({
        from: { element: { type: name } },
        allow: [name, ...importable(name)].map((type) => ({ to: { element: { type } } })),
      })),
    }],
  },
}

const testRules = {
  files: tests,
  rules: {
    'import-x/no-extraneous-dependencies': ['error', { includeTypes: true, devDependencies: true }],
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/no-unsafe-member-access': 'off',
    'no-console': 'off',
  },
}

const toolRules = {
  files: ['tooling/**/*.ts', ...settingFiles],
  rules: {
    'no-console': 'off',
    'import-x/no-extraneous-dependencies': ['error', { includeTypes: true, devDependencies: true }],
  },
}

const product = [
  { files: sources, rules: banRules },
  {
    files: browserPackages.map((name) => `packages/${name}/src/**/*.ts`),
    ignores: ['packages/*/src/conformance/**'],
    rules: { 'no-restricted-imports': browserImportRule },
  },
  {
    files: doors,
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', ...exportSyntax],
      'no-console': 'off',
    },
  },
]

const javaScript = {
  files: ['**/*.js', '**/*.mjs'],
  extends: [js.configs.recommended],
  languageOptions: { globals: { URL: 'readonly', process: 'readonly', console: 'readonly' } },
}

/** The flat configuration of the workspace; run eslint from the root. */
const config = tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/coverage/**', '**/.readme-*/**', '**/*.d.ts'] },
  typed, imports, plugins, layers, testRules, toolRules, ...product, javaScript,
)

export default config
