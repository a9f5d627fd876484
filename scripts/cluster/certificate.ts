// X.509 certificates with ECDSA keys, encoded here: for any user and groups, and with any dates, in a millisecond each.
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/** What a certificate says. */
export interface Subject {
  readonly commonName: string
  /** Kubernetes reads them as groups. */
  readonly organizations?: readonly string[]
  /** Names and IPv4 addresses that a server answers by; a certificate without any is a client's. */
  readonly hosts?: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** Both in PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)
const octets = (content: Buffer): Buffer => der(0x04, content)
const explicit = (number: number, content: Buffer): Buffer => der(0xa0 + number, content)
const integer = (bytes: Buffer): Buffer => der(0x02, bytes)
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes))

const ECDSA_WITH_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
const TRUE = der(0x01, Buffer.from([0xff]))

function name({ commonName, organizations = [] }: Subject): Buffer {
  const part = (last: number, text: string): Buffer =>
    der(0x31, sequence(oid(0x55, 0x04, last), der(0x0c, Buffer.from(text, 'utf8'))))
  return sequence(...organizations.map((group) => part(10, group)), part(3, commonName))
}

/** UTCTime, as it must be until 2049. */
function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`, 'ascii'))
}

function alternativeName(host: string): Buffer {
  return isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host, 'ascii'))
}

function extensions({ hosts = [] }: Subject, isAuthority: boolean): Buffer {
  const extension = (last: number, critical: boolean, value: Buffer): Buffer =>
    sequence(oid(0x55, 0x1d, last), ...(critical ? [TRUE] : []), octets(value))
  // Certificates and revocation lists signed, or signatures made.
  const usage = der(0x03, isAuthority ? Buffer.from([1, 0x06]) : Buffer.from([7, 0x80]))
  const purpose = (last: number): Buffer => oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, last)
  return sequence(
    extension(19, true, isAuthority ? sequence(TRUE) : sequence()),
    extension(15, true, usage),
    ...(isAuthority ? [] : [extension(37, false, sequence(...(hosts.length > 0 ? [purpose(1)] : []), purpose(2)))]),
    ...(hosts.length > 0 ? [extension(17, false, sequence(...hosts.map(alternativeName)))] : []),
  )
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

interface Issuer {
  readonly subject: Subject
  readonly pair: KeyPair
}

function issued(subject: Subject, issuer: Issuer | undefined): KeyPair {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = pair.privateKey.export({ type: 'sec1', format: 'pem' }) as string
  const serial = randomBytes(16)
  serial[0] = ((serial[0] as number) & 0x7f) | 0x01
  const from = subject.notBefore ?? new Date(Date.now() - 3_600_000)
  const until = subject.notAfter ?? new Date(Date.now() + 365 * 86_400_000)
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    name(issuer?.subject ?? subject),
    sequence(time(from), time(until)),
    name(subject),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, extensions(subject, issuer === undefined)),
  )
  const signature = sign('sha256', body, createPrivateKey(issuer?.pair.key ?? key))
  const whole = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature))
  return { certificate: pem('CERTIFICATE', whole), key }
}

/** Who signs the certificates of one cluster. */
export class Authority {
  readonly #issuer: Issuer

  private constructor(issuer: Issuer) {
    this.#issuer = issuer
  }

  static made(subject: Subject): Authority {
    return new Authority({ subject, pair: issued(subject, undefined) })
  }

  /** The authority whose key and certificate were kept; `subject` as it was made. */
  static kept(subject: Subject, pair: KeyPair): Authority {
    return new Authority({ subject, pair })
  }

  get pair(): KeyPair {
    return this.#issuer.pair
  }

  sign(subject: Subject): KeyPair {
    return issued(subject, this.#issuer)
  }
}
