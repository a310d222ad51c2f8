import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { bitString, der, objectIdentifier, sequence, Tag, utcTime } from './der.ts'

/** A certificate with its private key, both as PEM. */
export interface TestCertificate {
  readonly key: string
  readonly cert: string
}

interface Contents {
  readonly issuer: string
  readonly subject: string
  readonly publicKey: KeyObject
  readonly issuerKey: KeyObject
  readonly extensions: Uint8Array
  readonly notAfter: Date
}

const hour = 3_600_000
const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))

/** Signs certificates of servers at 127.0.0.1 and of their clients, valid for a day. */
export class TestAuthority {
  /** The authority's own certificate, as PEM: what the others trust. */
  readonly ca: string
  private readonly name: string
  private readonly privateKey: KeyObject

  constructor(name: string = 'Test authority') {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.name = name
    this.privateKey = privateKey
    const isAuthority = extension('2.5.29.19', true, sequence(der(Tag.boolean, Uint8Array.from([0xff]))))
    this.ca = certificate({
      issuer: name, subject: name, publicKey, issuerKey: privateKey, extensions: isAuthority, notAfter: new Date(Date.now() + 24 * hour),
    })
  }

  /**
   * A certificate with the address 127.0.0.1 and the DNS name `host`.
   * @param lifetime milliseconds from now; negative: it has expired.
   */
  issue(subject: string, host: string = 'localhost', lifetime: number = 24 * hour): TestCertificate {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const names = sequence(der(0x82, Buffer.from(host)), der(0x87, Uint8Array.from([127, 0, 0, 1])))
    const cert = certificate({
      issuer: this.name, subject, publicKey, issuerKey: this.privateKey, extensions: extension('2.5.29.17', false, names),
      notAfter: new Date(Date.now() + lifetime),
    })
    return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert }
  }
}

/** RFC 5280, version 3. */
function certificate({ issuer, subject, publicKey, issuerKey, extensions, notAfter }: Contents): string {
  const serial = randomBytes(8)
  serial[0] = (serial[0]! & 0x7f) | 1
  const toBeSigned = sequence(
    der(0xa0, der(Tag.integer, Uint8Array.from([2]))), der(Tag.integer, serial), ecdsaWithSha256, distinguishedName(issuer),
    sequence(utcTime(new Date(Math.min(Date.now(), notAfter.getTime()) - hour)), utcTime(notAfter)), distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }), der(0xa3, sequence(extensions)),
  )
  const signature = sign('sha256', toBeSigned, issuerKey)
  const text = sequence(toBeSigned, ecdsaWithSha256, bitString(signature)).toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(Tag.set, sequence(objectIdentifier('2.5.4.3'), der(Tag.utf8String, Buffer.from(commonName)))))
}

function extension(identifier: string, isCritical: boolean, value: Uint8Array): Buffer {
  const critical = isCritical ? [der(Tag.boolean, Uint8Array.from([0xff]))] : []
  return sequence(objectIdentifier(identifier), ...critical, der(Tag.octetString, value))
}
