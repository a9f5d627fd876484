// DNS messages (RFC 1035): one question in, an answer for the names of a zone out.
import { parseAddress } from '../sets/ip-address.ts'
import { CLUSTER_DOMAIN, type Zone } from './dns-names.ts'

const TYPE_A = 1
const TYPE_SOA = 6
const TYPE_AAAA = 28
const TYPE_ANY = 255
const CLASS_IN = 1
const NO_ERROR = 0
const FORMAT_ERROR = 1
const NAME_ERROR = 3
const NOT_IMPLEMENTED = 4
const TTL_SECONDS = 5
/** What fits into a UDP answer without EDNS. */
const UDP_SIZE = 512

export interface Question {
  /** Lower case, without a final dot; empty for the root. */
  readonly name: string
  readonly type: number
  readonly class: number
  /** Offset just after the question. */
  readonly end: number
}

/** The question at offset 12; `undefined` when it is cut off, compressed or too long. */
export function readQuestion(message: Uint8Array): Question | undefined {
  const labels: string[] = []
  let at = 12
  for (;;) {
    const length = message[at]
    if (length === undefined || length > 63 || labels.length > 127) return undefined
    at += 1
    if (length === 0) break
    if (at + length > message.length) return undefined
    labels.push(String.fromCodePoint(...message.subarray(at, at + length)).toLowerCase())
    at += length
  }
  if (at + 4 > message.length) return undefined
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  return { name: labels.join('.'), type: view.getUint16(at), class: view.getUint16(at + 2), end: at + 4 }
}

function encodeName(name: string): number[] {
  const labels = name === '' ? [] : name.split('.')
  return [...labels.flatMap((label) => [label.length, ...new TextEncoder().encode(label)]), 0]
}

function addressBytes(text: string): { readonly type: number; readonly bytes: readonly number[] } | undefined {
  const address = parseAddress(text)
  if (!address) return undefined
  const size = address.family === 4 ? 4 : 16
  const value = BigInt(address.value)
  const bytes = Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * (size - 1 - i))) & 0xffn))
  return { type: address.family === 4 ? TYPE_A : TYPE_AAAA, bytes }
}

function record(owner: readonly number[], type: number, data: readonly number[]): number[] {
  const ttl = [0, 0, 0, TTL_SECONDS]
  return [...owner, 0, type, 0, CLASS_IN, ...ttl, data.length >> 8, data.length & 255, ...data]
}

/** Says how long a missing name may be remembered. */
function authority(): number[] {
  const number = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
  const data = [
    ...encodeName(`ns.dns.${CLUSTER_DOMAIN}`),
    ...encodeName(`hostmaster.${CLUSTER_DOMAIN}`),
    ...[1, 7200, 1800, 86_400, TTL_SECONDS].flatMap(number),
  ]
  return record(encodeName(CLUSTER_DOMAIN), TYPE_SOA, data)
}

/** True when a longer name exists, so that this one exists without any record (RFC 8020): NODATA, not NXDOMAIN. */
function isEmptyNonTerminal(zone: Zone, name: string): boolean {
  return name === CLUSTER_DOMAIN || Object.keys(zone).some((each) => each.endsWith(`.${name}`))
}

interface Reply {
  readonly code: number
  readonly answers: readonly (readonly number[])[]
  readonly authorities: readonly (readonly number[])[]
}

function resolve(zone: Zone, question: Question): Reply {
  if (question.class !== CLASS_IN) return { code: NOT_IMPLEMENTED, answers: [], authorities: [] }
  const addresses = Object.hasOwn(zone, question.name) ? zone[question.name] : undefined
  if (!addresses) {
    const code = isEmptyNonTerminal(zone, question.name) ? NO_ERROR : NAME_ERROR
    return { code, answers: [], authorities: [authority()] }
  }
  const answers = addresses.flatMap((text) => {
    const found = addressBytes(text)
    const wanted = found && (question.type === found.type || question.type === TYPE_ANY)
    // The owner is a pointer to the question's name.
    return wanted ? [record([0xc0, 12], found.type, found.bytes)] : []
  })
  return { code: NO_ERROR, answers, authorities: answers.length === 0 ? [authority()] : [] }
}

/**
 * The reply to one message; `undefined` for what deserves none (too short, or itself a reply). Over UDP an answer that
 * does not fit is sent truncated, so that the asker comes back over TCP.
 */
export function answer(zone: Zone, message: Uint8Array, transport: 'udp' | 'tcp'): Uint8Array | undefined {
  const flags = message[2]
  if (message.length < 12 || flags === undefined || flags >= 0x80) return undefined
  const opcode = (flags >> 3) & 15
  const question = message[4] === 0 && message[5] === 1 ? readQuestion(message) : undefined
  if (!question || opcode !== 0) {
    const code = opcode === 0 ? FORMAT_ERROR : NOT_IMPLEMENTED
    return Uint8Array.from([message[0] ?? 0, message[1] ?? 0, 0x80 | (flags & 0x79), code, 0, 0, 0, 0, 0, 0, 0, 0])
  }
  const reply = resolve(zone, question)
  const body = [...reply.answers, ...reply.authorities].flat()
  const head = (truncated: boolean, counts: readonly number[]): number[] => [
    message[0] ?? 0,
    message[1] ?? 0,
    0x84 | (flags & 1) | (truncated ? 2 : 0),
    0x80 | reply.code,
    ...[1, ...counts, 0].flatMap((count) => [count >> 8, count & 255]),
  ]
  const asked = message.subarray(12, question.end)
  if (transport === 'udp' && 12 + asked.length + body.length > UDP_SIZE) {
    return Uint8Array.from([...head(true, [0, 0]), ...asked])
  }
  return Uint8Array.from([...head(false, [reply.answers.length, reply.authorities.length]), ...asked, ...body])
}
