// The names of a cluster and the files through which programs find them.
import { describe, expect, it } from 'vitest'
import { pod, service, snapshot } from '../../tests/support/cluster.ts'
import { hostsFile, resolvConf, zoneOf } from './dns-names.ts'
import { planTopology } from './topology.ts'

const headless = { ...service('a/db', { app: 'db' }, [5432, 5432]), headless: true }
const member = { ...pod('a/db-0', { app: 'db' }), owner: { kind: 'StatefulSet', name: 'db' } }
const topology = planTopology(
  snapshot([pod('a/web', { app: 'web' }), member], [service('a/web', { app: 'web' }, [80, 80]), headless]),
)

describe('the zone', () => {
  const zone = zoneOf(topology)

  it('has a Service under its cluster addresses', () => {
    expect(zone['web.a.svc.cluster.local']).toEqual(['10.96.0.20', 'fd00:96::14'])
  })

  it('has a headless Service under its pods, and each member of a StatefulSet', () => {
    expect(zone['db.a.svc.cluster.local']).toEqual(['10.244.0.2', 'fd00:244::2'])
    expect(zone['db-0.db.a.svc.cluster.local']).toEqual(['10.244.0.2', 'fd00:244::2'])
  })

  it('has every pod under its addresses', () => {
    expect(zone['10-244-0-1.a.pod.cluster.local']).toEqual(['10.244.0.1'])
    expect(zone['fd00-244--1.a.pod.cluster.local']).toEqual(['fd00:244::1'])
  })
})

describe('the files of a pod', () => {
  it('point to the cluster’s DNS and search the pod’s namespace first', () => {
    expect(resolvConf(topology, member)).toBe(
      'search a.svc.cluster.local svc.cluster.local cluster.local\n' +
        'nameserver 10.96.0.10\nnameserver fd00:96::a\noptions ndots:5\n',
    )
  })

  it('know the pod by its own name', () => {
    const [, placed] = topology.pods
    expect(placed && hostsFile(placed.pod)).toContain('10.244.0.2\tdb-0\nfd00:244::2\tdb-0\n')
  })
})
