// The helper's own arithmetic: the checksum of SCTP and the reading of logged packets.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PYTHON_FLAGS, pythonPath } from '../../src/sandbox/agent.ts'
import { missing } from '../support/skip.ts'

const reason = missing('python3')
const folder = join(import.meta.dirname, '../../src/sandbox/agent')

/** What an expression of the helper's modules is, as JSON; bytes as hexadecimal text. */
function evaluate(expression: string): unknown {
  const program = `import sys, json; sys.path.insert(0, ${JSON.stringify(folder)}); import nflog, sctp
print(json.dumps(${expression}, default=lambda value: value.hex()))`
  const { stdout, stderr } = spawnSync(pythonPath(), [...PYTHON_FLAGS, '-c', program], { encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as unknown
}

describe.skipIf(reason)(`the helper${reason ? ` [needs ${reason}]` : ''}`, () => {
  it('has the checksum of RFC 9260: the published value for 123456789', () => {
    expect(evaluate('sctp.crc32c(b"123456789")')).toBe(0xe3069283)
  })

  it('answers an INIT with its ports swapped and its tag returned', () => {
    expect(evaluate('sctp.parse(sctp.init_ack(sctp.init(61000, 9999, 7)))')).toEqual([9999, 61_000, 2])
    expect(evaluate('sctp.init_ack(sctp.init(61000, 9999, 7))[4:8]')).toBe('00000007')
    expect(evaluate('sctp.parse(b"short")')).toBeNull()
  })

  it('reads flows of both families, with IPv4 options, and without ports', () => {
    const v4 = 'bytes([0x45]) + bytes(8) + bytes([6]) + bytes(2) + bytes([10,0,0,1]) + bytes([10,0,0,2])'
    expect(evaluate(`nflog.flow_of(${v4} + bytes([0xee, 0x48, 0, 80]))`)).toEqual([
      6,
      '0a000001',
      61_000,
      '0a000002',
      80,
    ])
    const options = v4.replace('0x45', '0x46')
    expect(evaluate(`nflog.flow_of(${options} + bytes(4) + bytes([0xee, 0x48, 0, 80]))`)).toEqual([
      6,
      '0a000001',
      61_000,
      '0a000002',
      80,
    ])
    const v6 = 'bytes([0x60]) + bytes(5) + bytes([58, 64]) + bytes(15) + bytes([1]) + bytes(15) + bytes([2]) + bytes(8)'
    expect(evaluate(`nflog.flow_of(${v6})`)).toEqual([58, `${'00'.repeat(15)}01`, 0, `${'00'.repeat(15)}02`, 0])
  })

  it('takes nothing for a flow that is cut off or no IP packet', () => {
    expect(evaluate('[nflog.flow_of(b""), nflog.flow_of(b"\\x45" * 19), nflog.flow_of(b"\\x00" * 60)]')).toEqual([
      null,
      null,
      null,
    ])
    expect(evaluate('nflog.flow_of(bytes([0x45]) + bytes(8) + bytes([6]) + bytes(10))')).toEqual([
      6,
      '00000000',
      0,
      '00000000',
      0,
    ])
  })
})
