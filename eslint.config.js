export { default } from '@copycat-tooling/eslint-config'
