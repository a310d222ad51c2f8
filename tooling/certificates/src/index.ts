/**
 * Certificates for tests.
 *
 * @packageDocumentation
 */
export { TestAuthority } from './test-authority.ts'
export type { TestCertificate } from './test-authority.ts'
