// The prober over an API server that answers exec as a script says: who reaches whom, who is silent, what fails.
import { describe, expect, it } from 'vitest'
import type { ExecRequest, ExecResult } from '../api/kube-api.ts'
import { KubeError } from '../api/kube-error.ts'
import { readAttempt } from './attempt.ts'
import { type Cell, cellName, summarise } from './cell.ts'
import { createProber } from './prober.ts'
import { probeUntilSettled } from './settle.ts'

const ADDRESSES: Readonly<Record<string, string>> = { slm: '10.0.0.1', api: '10.0.0.2', stranger: '10.0.0.3' }

function cell(from: string, to: string, predicted: Cell['predicted']): Cell {
  return {
    source: `ai/${from}`,
    from: { namespace: 'ai', name: from },
    to: { name: `ai/${to}`, address: ADDRESSES[to] as string, pod: { namespace: 'ai', name: to } },
    protocol: 'TCP',
    port: 8080,
    family: 4,
    predicted,
  }
}

const REACHED: ExecResult = { exitCode: 0, stdout: '', stderr: '' }
const SILENT: ExecResult = { exitCode: 1, stdout: '', stderr: 'TIMEOUT\n' }
const REFUSED: ExecResult = { exitCode: 1, stdout: '', stderr: 'REFUSED\n' }

/** An API server on which `answer` says how a probe from a pod to `address:port` ends. */
function server(answer: (from: string, to: string) => ExecResult): {
  exec: (request: ExecRequest) => Promise<ExecResult>
} {
  return { exec: ({ pod, command }) => Promise.resolve(answer(pod, command[2] ?? '')) }
}

const toModel = (pods: readonly string[]) => (from: string, to: string) =>
  to === '10.0.0.1:8080' && pods.includes(from) ? REACHED : SILENT

const CELLS = [cell('api', 'slm', 'Allowed'), cell('stranger', 'slm', 'Denied')]
const quick = { attempts: 2, timeout: 100 }

async function verdicts(api: ReturnType<typeof server>, before?: ReturnType<typeof server>): Promise<string[]> {
  const earlier = before && (await createProber(before, quick).observe(CELLS))
  const results = await createProber(api, quick).probe(CELLS, { ...(earlier && { before: earlier }) })
  return results.map(({ verdict, observed }) => `${observed} ${verdict}`)
}

const everybody = server(() => REACHED)

describe('a prober', () => {
  it('counts silence as a denial when the same connection was made before and the destination still answers', async () => {
    expect(await verdicts(server(toModel(['api'])), everybody)).toEqual(['Allowed ENFORCED', 'Denied ENFORCED'])
  })

  it('asks the destination itself where no caller reaches it', async () => {
    expect(await verdicts(server(toModel(['slm'])), everybody)).toEqual(['Denied NOT ENFORCED', 'Denied ENFORCED'])
  })

  it('says not enforced when what is denied goes through', async () => {
    expect(await verdicts(everybody, everybody)).toEqual(['Allowed ENFORCED', 'Allowed NOT ENFORCED'])
  })

  it('draws nothing from silence when the destination does not answer anybody', async () => {
    expect(
      await verdicts(
        server(() => SILENT),
        everybody,
      ),
    ).toEqual(['Unknown INCONCLUSIVE', 'Unknown INCONCLUSIVE'])
  })

  it('draws nothing from silence when the connection was not made before either', async () => {
    expect(await verdicts(server(toModel(['api', 'slm'])), server(toModel(['api', 'slm'])))).toEqual([
      'Allowed ENFORCED',
      'Unknown INCONCLUSIVE',
    ])
  })

  it('draws nothing from silence of a source that reached nothing when nobody looked before', async () => {
    expect(await verdicts(server(toModel(['api', 'slm'])))).toEqual(['Allowed ENFORCED', 'Unknown INCONCLUSIVE'])
  })

  it('counts a refusal as silence: it needs the same controls', async () => {
    const refusing = server((from) => (from === 'stranger' ? REFUSED : REACHED))
    expect(await verdicts(refusing, everybody)).toEqual(['Allowed ENFORCED', 'Denied ENFORCED'])
    expect(
      await verdicts(
        server(() => REFUSED),
        everybody,
      ),
    ).toEqual(['Unknown INCONCLUSIVE', 'Unknown INCONCLUSIVE'])
  })

  it('takes an exec that is cut off for no answer at all', async () => {
    const cut = new KubeError({ severity: 'error', code: 'kube-cut-off', message: 'the stream was cut off' })
    const api = {
      exec: (request: ExecRequest) =>
        request.pod === 'stranger'
          ? Promise.reject(cut)
          : Promise.resolve(toModel(['api'])(request.pod, '10.0.0.1:8080')),
    }
    expect(await verdicts(api, everybody)).toEqual(['Allowed ENFORCED', 'Unknown INCONCLUSIVE'])
  })

  it('passes on a missing right instead of trying again', async () => {
    const forbidden = new KubeError(
      { severity: 'error', code: 'kube-forbidden', message: 'no right to create pods/exec' },
      { status: 403 },
    )
    await expect(createProber({ exec: () => Promise.reject(forbidden) }, quick).observe(CELLS)).rejects.toBe(forbidden)
  })

  it('tries again what is silent and stops at the first answer', async () => {
    let calls = 0
    const late = server(() => (++calls < 2 ? SILENT : REACHED))
    expect(await createProber(late, { attempts: 3, parallel: 1 }).observe([CELLS[0] as Cell])).toEqual([
      { end: 'reached', attempts: 2 },
    ])
  })
})

describe('an attempt', () => {
  it.each([
    [{ exitCode: 0, stdout: '', stderr: '' }, 'reached'],
    [{ exitCode: 1, stdout: '', stderr: 'TIMEOUT\n' }, 'silent'],
    [{ exitCode: 1, stdout: '', stderr: 'TIMEOUT: read udp: i/o timeout\n' }, 'silent'],
    [{ exitCode: 1, stdout: '', stderr: 'REFUSED\n' }, 'refused'],
    [{ exitCode: 1, stdout: '', stderr: 'OTHER: dial tcp 10.0.0.1:80: connect: no route to host\n' }, 'refused'],
    [{ exitCode: 1, stdout: '', stderr: 'OTHER: connection reset by peer\n' }, 'failed'],
    [{ exitCode: 1, stdout: '', stderr: 'UNKNOWN: bad arguments\n' }, 'failed'],
    [{ exitCode: 126, stdout: '', stderr: 'exec: "/agnhost": no such file or directory' }, 'failed'],
    [{ exitCode: 137, stdout: '', stderr: '' }, 'failed'],
  ] as const)('that ends with %j is %s', (result, end) => {
    expect(readAttempt(result).end).toBe(end)
  })
})

describe('probing until settled', () => {
  it('looks again at what has not taken hold yet, and stops when all is as predicted', async () => {
    let rounds = 0
    const settling = server((from, to) => {
      if (from === 'stranger') rounds += 1
      return from === 'stranger' && rounds < 3 ? REACHED : toModel(['api'])(from, to)
    })
    const before = await createProber(everybody, quick).observe(CELLS)
    const results = await probeUntilSettled(createProber(settling, quick), CELLS, { patience: 60_000, before })
    expect(summarise(results)).toEqual({ cells: 2, enforced: 2, notEnforced: 0, inconclusive: 0 })
    expect(results.map(({ cell: each }) => cellName(each))).toEqual([
      'ai/api -> ai/slm tcp/8080 (IPv4)',
      'ai/stranger -> ai/slm tcp/8080 (IPv4)',
    ])
  })

  it('says what it saw last when the time is over', async () => {
    const before = await createProber(everybody, quick).observe(CELLS)
    const results = await probeUntilSettled(createProber(everybody, quick), CELLS, { patience: 0, before })
    expect(summarise(results)).toMatchObject({ enforced: 1, notEnforced: 1 })
  })
})
