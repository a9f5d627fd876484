// Probes against rules written by hand: every protocol, both families, both verdicts, and neither.
import { describe, expect, it } from 'vitest'
import { noOrdinaryUser, runProgram, type User } from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

interface Cell {
  readonly cell: string
  readonly open: string
  readonly ruled: string
  readonly inTime: boolean
  readonly detail?: string
}

interface Output {
  readonly mode: string
  readonly transactions: number
  readonly cells: readonly Cell[]
  readonly flow: unknown
}

const DENIED: Readonly<Record<string, string>> = {
  'one 10.244.0.2 TCP/8080': 'tcp4',
  'one fd00:244::2 UDP/5353': 'udp6',
  'one fd00:244::2 SCTP/9999': 'sctp6',
  'one 198.51.100.7 TCP/443': 'outside',
  'one 198.51.100.7 UDP/443': 'outside',
  '169.254.169.254 10.244.0.1 TCP/80': 'inward',
}

async function output(user: User): Promise<Output> {
  const { code, stdout, stderr } = await runProgram('probes.ts', [], user)
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`)
  return JSON.parse(stdout) as Output
}

function check({ cells, flow, transactions }: Output): void {
  expect(cells.filter(({ open }) => open !== 'Allowed')).toEqual([])
  const denied = cells.filter(({ ruled }) => ruled === 'Denied').map(({ cell, detail }) => [cell, detail])
  expect(Object.fromEntries(denied)).toEqual(DENIED)
  // A packet that vanishes without a word is no denial.
  const neither = cells.filter(({ ruled }) => ruled === 'Inconclusive').map(({ cell, detail }) => [cell, detail])
  expect(neither).toEqual([['one 10.244.0.2 UDP/7777', 'no answer and no drop event in 4 attempts']])
  expect(cells.filter(({ inTime }) => !inTime)).toEqual([])
  expect(transactions).toBe(1)
  expect(flow).toEqual({
    verdict: 'Denied',
    prefix: 'tcp4',
    protocol: 'TCP',
    source: '10.244.0.1',
    sourcePort: true,
    destination: '10.244.0.2',
    destinationPort: 8080,
    atMs: true,
  })
}

const reason = noSandbox()
describe.skipIf(reason)(`probes in a sandbox${reason ? ` [${reason}]` : ''}`, () => {
  it('tell allowed from denied by the kernel, and neither from both', async () => {
    const result = await output('self')
    check(result)
    expect(result.mode).toBe(process.getuid?.() === 0 ? 'root' : 'user-namespace')
  })

  const other = reason ?? noOrdinaryUser()
  it.skipIf(other)(`do the same for an ordinary user${other ? ` [${other}]` : ''}`, async () => {
    const result = await output('nobody')
    check(result)
    expect(result.mode).toBe('user-namespace')
  })
})
