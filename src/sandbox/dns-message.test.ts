// DNS messages: addresses, no data against no such name, truncation, and whatever else comes on port 53.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer, readQuestion } from './dns-message.ts'
import type { Zone } from './dns-names.ts'

const ZONE: Zone = {
  'slm.ai.svc.cluster.local': ['10.96.0.20', 'fd00:96::14'],
  'four.ai.svc.cluster.local': ['10.96.0.21'],
  'many.ai.svc.cluster.local': Array.from({ length: 60 }, (_, i) => `10.244.0.${i + 1}`),
}
const A = 1
const AAAA = 28

function query(name: string, type: number): Uint8Array {
  const labels = name.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)])
  return Uint8Array.from([0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1])
}

interface Read {
  readonly id: number
  readonly code: number
  readonly truncated: boolean
  readonly answers: number
  readonly authorities: number
  readonly data: readonly string[]
}

function read(reply: Uint8Array | undefined): Read {
  if (!reply) throw new Error('no reply')
  const view = new DataView(reply.buffer, reply.byteOffset)
  const question = readQuestion(reply)
  const data: string[] = []
  let at = question?.end ?? 12
  for (let i = 0; i < view.getUint16(6); i++) {
    const size = view.getUint16(at + 10)
    data.push([...reply.subarray(at + 12, at + 12 + size)].join('.'))
    at += 12 + size
  }
  return {
    id: view.getUint16(0),
    code: (reply[3] ?? 0) & 15,
    truncated: ((reply[2] ?? 0) & 2) !== 0,
    answers: view.getUint16(6),
    authorities: view.getUint16(8),
    data,
  }
}

const ask = (name: string, type: number, transport: 'udp' | 'tcp' = 'udp'): Read =>
  read(answer(ZONE, query(name, type), transport))

describe('a DNS answer', () => {
  it('has the addresses of the family that was asked for', () => {
    expect(ask('slm.ai.svc.cluster.local', A)).toMatchObject({ id: 0xabcd, code: 0, data: ['10.96.0.20'] })
    expect(ask('slm.ai.svc.cluster.local', AAAA).data).toEqual(['253.0.0.150.0.0.0.0.0.0.0.0.0.0.0.20'])
  })

  it('does not care for upper and lower case', () => {
    expect(ask('SLM.ai.Svc.cluster.LOCAL', A).data).toEqual(['10.96.0.20'])
  })

  it('says no data, not no such name, where a name has no address of that family', () => {
    expect(ask('four.ai.svc.cluster.local', AAAA)).toMatchObject({ code: 0, answers: 0, authorities: 1 })
  })

  it('says no data for a name that only has names below it', () => {
    expect(ask('ai.svc.cluster.local', A)).toMatchObject({ code: 0, answers: 0 })
    expect(ask('cluster.local', A)).toMatchObject({ code: 0, answers: 0 })
  })

  it('says no such name for any other, inherited property names too', () => {
    for (const name of ['nobody.ai.svc.cluster.local', 'example.com', 'constructor', '__proto__']) {
      expect(ask(name, A)).toMatchObject({ code: 3, answers: 0, authorities: 1 })
    }
  })

  it('is cut over UDP where it does not fit, and whole over TCP', () => {
    expect(ask('many.ai.svc.cluster.local', A)).toMatchObject({ truncated: true, answers: 0 })
    expect(ask('many.ai.svc.cluster.local', A, 'tcp')).toMatchObject({ truncated: false, answers: 60 })
  })

  it('is a format error for a question that cannot be read', () => {
    const cut = query('slm.ai.svc.cluster.local', A).subarray(0, 20)
    expect(read(answer(ZONE, cut, 'udp'))).toMatchObject({ id: 0xabcd, code: 1 })
  })

  it('never goes to a reply, so that two servers cannot talk for ever', () => {
    const reply = query('slm.ai.svc.cluster.local', A)
    reply[2] = 0x80
    expect(answer(ZONE, reply, 'udp')).toBeUndefined()
    expect(answer(ZONE, new Uint8Array(3), 'udp')).toBeUndefined()
  })

  it('never fails on any bytes, and keeps to 512 over UDP', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(answer(ZONE, bytes, 'udp')?.length ?? 0).toBeLessThanOrEqual(512)
      }),
    )
  })
})
