// Programs in pods: their names, rights and Services, and a policy that really cuts their DNS.
import { describe, expect, it } from 'vitest'
import { noOrdinaryUser, runProgram, type User } from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

interface Said {
  readonly code: number
  readonly out: string
  readonly error: string
}

type Seen = readonly (readonly [observation: string, detail: string])[]

interface Output {
  readonly hostname: Said
  readonly capabilities: Said
  readonly link: Said
  readonly greedy: Said
  readonly modest: Said
  readonly short: Said
  readonly long: Said
  readonly pod: Said
  readonly nobody: Said
  readonly service: Said
  readonly cut: Said
  readonly probes: Seen
  readonly services: Seen
  readonly cutServices: Seen
}

async function output(user: User): Promise<Output> {
  const { code, stdout, stderr } = await runProgram('workloads.ts', [], user)
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`)
  return JSON.parse(stdout) as Output
}

const reason = noSandbox()
const other = reason ?? noOrdinaryUser()
const users = [
  { user: 'self', who: 'this user', skip: reason },
  { user: 'nobody', who: 'an ordinary user', skip: other },
] as const

for (const { user, who, skip } of users) {
  describe.skipIf(skip)(`a program in a pod, started by ${who}${skip ? ` [${skip}]` : ''}`, () => {
    let result: Promise<Output> | undefined
    const seen = (): Promise<Output> => (result ??= output(user))

    it('has the name of its pod', async () => {
      expect((await seen()).hostname.out).toBe('client')
    })

    it('has no capabilities and cannot touch its link', async () => {
      expect((await seen()).capabilities.out).toBe('5')
      expect((await seen()).link).toMatchObject({ code: 2, error: expect.stringContaining('not permitted') })
    })

    it('gets no more memory than it was given', async () => {
      expect((await seen()).greedy).toMatchObject({ code: 1, error: expect.stringContaining('MemoryError') })
      expect((await seen()).modest).toMatchObject({ code: 0, out: '52428800' })
    })

    it('finds Services by short and long name over both families, and pods by address', async () => {
      expect((await seen()).short.out).toContain('10.96.0.20')
      expect((await seen()).long.out).toContain('fd00:96::14')
      expect((await seen()).pod.out).toContain('10.244.0.2')
      expect((await seen()).nobody.code).toBe(2)
    })

    it('reaches a server through its Service', async () => {
      expect((await seen()).service.out).toBe('server')
    })

    it('loses its names and Services by a policy that lets nothing out', async () => {
      expect((await seen()).cut.out).toBe('2')
      expect((await seen()).cutServices).toEqual([
        ['Denied', 'moat:denied:egress:team/client'],
        ['Denied', 'moat:denied:egress:team/client'],
      ])
    })

    it('keeps its ports to itself: what arrives there is seen without answering for it', async () => {
      const { probes, services } = await seen()
      expect(services).toEqual([
        ['Allowed', ''],
        ['Allowed', ''],
      ])
      expect(probes.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => ['Allowed', '']))
      expect(probes.slice(4)).toEqual(Array.from({ length: 4 }, () => ['Allowed', 'arrived']))
    })
  })
}
