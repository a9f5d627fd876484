// What a stand-in is made of: the labels of the pod it stands for, and what Pod Security `restricted` asks for.
import { describe, expect, it } from 'vitest'
import { PROBE_IMAGE } from './attempt.ts'
import { standInPod } from './stand-in.ts'

interface Container {
  readonly name: string
  readonly command: readonly string[]
  readonly ports?: readonly Readonly<Record<string, unknown>>[]
  readonly securityContext: Readonly<Record<string, unknown>>
}

function specOf(listeners: Parameters<typeof standInPod>[0]['listeners']): {
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly containers: readonly Container[]
} {
  const pod = standInPod({ namespace: 'stage', name: 'slm', labels: { app: 'slm' }, listeners, image: PROBE_IMAGE })
  return pod['spec'] as ReturnType<typeof specOf>
}

describe('a stand-in', () => {
  it('keeps the names of ports, by protocol', () => {
    const { containers } = specOf([
      { port: 8080, protocols: ['TCP'], names: [{ name: 'http', protocol: 'TCP' }] },
      { port: 53, protocols: ['UDP', 'TCP'] },
    ])
    expect(containers.map(({ name }) => name)).toEqual(['probe', 'port-8080', 'port-53'])
    expect(containers[1]?.ports).toEqual([{ name: 'http', containerPort: 8080, protocol: 'TCP' }])
    expect(containers[2]?.command).toContain('--udp-port=53')
  })

  it('asks for low ports only where it answers on one', () => {
    expect(specOf([{ port: 8080, protocols: ['TCP'] }]).securityContext).not.toHaveProperty('sysctls')
    expect(specOf([{ port: 80, protocols: ['TCP'] }]).securityContext).toHaveProperty('sysctls')
  })

  it('fits Pod Security restricted in every container', () => {
    for (const { securityContext } of specOf([{ port: 80, protocols: ['TCP'] }]).containers) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      })
    }
  })
})
