// What the policies of a Moat allow, asked of the engine, and that nothing is allowed that the Moat does not say.
import { describe, expect, it } from 'vitest'
import {
  address,
  caller,
  labelled,
  modelPod,
  moat,
  namespace,
  pod,
  port,
  snapshotOf,
  tcp,
  toCidr,
} from '../../tests/support/moats.ts'
import { hasErrors } from '../diag/diagnostic.ts'
import { createEngine } from '../engine/engine.ts'
import type { Moat, Pod, Snapshot } from '../policy/snapshot.ts'
import { NAMESPACE_NAME_LABEL } from '../policy/snapshot.ts'
import { formatConnections } from '../sets/connection-set.ts'
import { policiesOf } from './render-policies.ts'

/** Pods with known addresses, so that no ipBlock is left open over them (S22). */
const at = (last: number) => ({ addresses: [address(`10.0.0.${last}`)] })
const slm = modelPod([port(8080, 'http')], at(1))
const twin = modelPod([port(8080, 'http')], { name: 'slm-2', ...at(2) })
const api = pod('ai-models/feature-api', { app: 'feature-api' }, { ports: [port(3000)], ...at(3) })
const stranger = pod('ai-models/batch', { app: 'batch-job' }, at(4))
const namesake = pod('other-team/feature-api', { app: 'feature-api' }, at(5))
const prometheus = pod('monitoring/prometheus', { app: 'prometheus' }, at(6))
const dns = pod('kube-system/coredns', { 'k8s-app': 'kube-dns' }, { ports: [port(53, 'dns', 'UDP')], ...at(7) })
const input = snapshotOf([slm, twin, api, stranger, namesake, prometheus, dns])

function inForce(which: Moat, over: Snapshot = input): Snapshot {
  const { policies, diagnostics } = policiesOf(which, over)
  expect(hasErrors(diagnostics)).toBe(false)
  return { ...over, networkPolicies: policies }
}

/** Connections from one end to the other over IPv4 (or the family of the address), formatted; nothing may be left open. */
function reach(which: Moat, source: Pod | string, destination: Pod | string): string {
  const engine = createEngine(inForce(which))
  const end = (which: Pod | string) =>
    typeof which === 'string'
      ? ({ kind: 'outside', address: address(which) } as const)
      : ({ kind: 'pod', pod: which } as const)
  const family = [source, destination].some((which) => typeof which === 'string' && which.includes(':')) ? 6 : 4
  const { allowed, depends } = engine.reach(end(source), end(destination), family)
  return depends.length === 0 ? formatConnections(allowed) : `${formatConnections(allowed)}, or more`
}

describe("the seed's Moat", () => {
  it('lets the feature API open the API port over TCP and nothing else', () => {
    expect(reach(moat(), api, slm)).toBe('tcp/8080')
  })

  it('lets nobody else in: neither strangers nor a feature-api of another namespace nor scrapers nor the outside', () => {
    for (const source of [stranger, namesake, prometheus, dns, twin, '203.0.113.7', '8.8.8.8', '2001:db8::1']) {
      expect(reach(moat(), source, slm)).toBe('none')
    }
  })

  it('lets the model open the approved range and nothing else: no pods, no DNS, no metadata, no IPv6', () => {
    expect(reach(moat(), slm, '203.0.113.7')).toBe('all')
    const elsewhere = ['203.0.112.255', '203.0.114.0', '8.8.8.8', '169.254.169.254', '2001:db8::1']
    for (const destination of [api, dns, stranger, twin, prometheus, ...elsewhere]) {
      expect(reach(moat(), slm, destination)).toBe('none')
    }
  })

  it('leaves everybody else as they were', () => {
    expect(reach(moat(), stranger, '8.8.8.8')).toBe('all')
    expect(reach(moat(), stranger, api)).toBe('all')
  })
})

describe('a Moat', () => {
  const closed = { callers: [], egress: [] }

  it('without callers and egress lets nobody in and nothing out', () => {
    for (const end of [api, stranger, dns, '8.8.8.8']) {
      expect(reach(moat(closed), end, slm)).toBe('none')
      expect(reach(moat(closed), slm, end)).toBe('none')
    }
  })

  it("with a caller's own ports opens those and not the API port", () => {
    const ports = [tcp(9000), { port: 'http', protocol: 'TCP' } as const, { port: 53, protocol: 'UDP' } as const]
    expect(reach(moat({ callers: [caller('feature-api', { ports: [ports[0] as never] })] }), api, slm)).toBe('tcp/9000')
    expect(reach(moat({ callers: [caller('feature-api', { ports })] }), api, slm)).toBe('tcp/8080,9000 udp/53')
  })

  it('with a caller of another namespace opens to that namespace only', () => {
    const namespaces = labelled({ [NAMESPACE_NAME_LABEL]: 'other-team' })
    const which = moat({ callers: [caller('feature-api', { namespaces })] })
    expect(reach(which, namesake, slm)).toBe('tcp/8080')
    expect(reach(which, api, slm)).toBe('none')
  })

  it('with scrapers opens the metrics port to them and the API port to callers only', () => {
    const namespaces = labelled({ [NAMESPACE_NAME_LABEL]: 'monitoring' })
    const which = moat({ model: { metricsPort: tcp(9090) }, scrapers: [caller('prometheus', { namespaces })] })
    expect(reach(which, prometheus, slm)).toBe('tcp/9090')
    expect(reach(which, api, slm)).toBe('tcp/8080')
    expect(policiesOf(which, input).residuals).toEqual([])
  })

  it('whose runtime serves metrics on the API port says that scrapers can call', () => {
    const namespaces = labelled({ [NAMESPACE_NAME_LABEL]: 'monitoring' })
    const which = moat({ model: { runtime: 'LlamaCpp' }, scrapers: [caller('prometheus', { namespaces })] })
    expect(reach(which, prometheus, slm)).toBe('tcp/8080')
    expect(policiesOf(which, input).residuals.map(({ code }) => code)).toEqual(['metrics-on-api-port'])
  })

  it('with peers Self opens every port between the model’s own pods, and only there', () => {
    const which = moat({ ...closed, model: { peers: 'Self' } })
    expect(reach(which, slm, twin)).toBe('all')
    expect(reach(which, twin, slm)).toBe('all')
    expect(reach(which, slm, api)).toBe('none')
    expect(reach(which, api, slm)).toBe('none')
  })

  it('with dns Cluster opens UDP and TCP 53 of the DNS pods, and no other port 53', () => {
    const which = moat({ ...closed, dns: 'Cluster' })
    expect(reach(which, slm, dns)).toBe('tcp/53 udp/53')
    for (const end of [api, '8.8.8.8', '169.254.20.10']) expect(reach(which, slm, end)).toBe('none')
  })

  it('with egress to a block without others opens the rest of the block, on the ports it names', () => {
    const egress = [
      toCidr('four', '10.0.0.0/8', { except: ['10.1.0.0/16'], ports: [tcp(443)] }),
      toCidr('six', '2001:db8::/32', { except: ['2001:db8:1::/48'] }),
    ]
    const which = moat({ ...closed, egress })
    expect(reach(which, slm, '10.2.0.1')).toBe('tcp/443')
    expect(reach(which, slm, '10.1.0.1')).toBe('none')
    expect(reach(which, slm, '2001:db8:2::1')).toBe('all')
    expect(reach(which, slm, '2001:db8:1::1')).toBe('none')
  })

  it('with egress to pods opens their port by its name', () => {
    const pods = labelled({ app: 'feature-api' })
    const named = { ...api, ports: [port(3000, 'web')] }
    const which = moat({
      ...closed,
      egress: [{ name: 'web', to: { kind: 'pods', namespaces: 'own', pods }, ports: [tcp('web')] }],
    })
    expect(reach(which, slm, named)).toBe('tcp/3000')
    expect(reach(which, slm, namesake)).toBe('none')
  })

  it('needs no API port when nobody is let in without ports of their own', () => {
    const nothing = snapshotOf([])
    const said = [caller('feature-api', { ports: [tcp(9000)] })]
    for (const which of [moat(closed), moat({ callers: said }), moat({ callers: said, scrapers: said })]) {
      expect(policiesOf(which, nothing)).toMatchObject({ policies: { length: 1 }, diagnostics: [] })
    }
    expect(hasErrors(policiesOf(moat({ scrapers: [caller('p')], callers: said }), nothing).diagnostics)).toBe(true)
  })

  it('is refused when its policies would have names that Kubernetes does not take', () => {
    const long = { ...moat({ namespaceDefaultDeny: true }), name: 'x'.repeat(245) }
    const { policies, diagnostics } = policiesOf(long, snapshotOf([slm]))
    expect(policies).toEqual([])
    expect(diagnostics.map(({ code }) => code)).toContain('moat-name-too-long')
  })

  it('with dns Cluster says that names can carry data out', () => {
    expect(policiesOf(moat({ dns: 'Cluster' }), input).residuals.map(({ code }) => code)).toEqual(['dns-carries-data'])
  })

  it('whose runtime serves no metrics lets no scraper in without a port', () => {
    const over = snapshotOf([modelPod([port(11_434)])])
    const ollama = (scraper: ReturnType<typeof caller>) => moat({ model: { runtime: 'Ollama' }, scrapers: [scraper] })
    expect(policiesOf(ollama(caller('p')), over).diagnostics.map(({ code }) => code)).toEqual(['moat-no-metrics'])
    expect(policiesOf(ollama(caller('p', { ports: [tcp(9400)] })), over).diagnostics).toEqual([])
  })

  it('finds metrics at the runtime’s own port, or where the pods say', () => {
    const scrapers = [caller('p', { pods: labelled({ app: 'prometheus' }) })]
    const ports = (runtime: 'Triton' | 'VLLM', declared: Parameters<typeof modelPod>[0]) => {
      const { policies } = policiesOf(
        moat({ model: { runtime }, callers: [], scrapers }),
        snapshotOf([modelPod(declared)]),
      )
      return policies[0]?.ingress?.flatMap((rule) => (rule.ports === 'any' ? [] : rule.ports))
    }
    expect(ports('Triton', [port(8000)])).toMatchObject([{ first: 8002 }])
    expect(ports('VLLM', [port(8000), port(9000, 'metrics')])).toMatchObject([{ first: 9000 }])
    expect(ports('VLLM', [port(8000)])).toMatchObject([{ first: 8000 }])
  })

  it('is rendered whole or not at all', () => {
    const { policies, manifests, rendered, diagnostics } = policiesOf(moat(), snapshotOf([]))
    expect([policies, manifests, rendered]).toEqual([[], [], []])
    expect(hasErrors(diagnostics)).toBe(true)
  })
})

describe('namespaceDefaultDeny', () => {
  const which = moat({ namespaceDefaultDeny: true })

  it('closes the whole namespace and keeps the way from the callers in it to the model', () => {
    expect(reach(which, api, slm)).toBe('tcp/8080')
    expect(reach(which, api, stranger)).toBe('none')
    expect(reach(which, api, '8.8.8.8')).toBe('none')
    expect(reach(which, stranger, api)).toBe('none')
    expect(reach(which, namesake, stranger)).toBe('none')
    expect(reach(which, namesake, '8.8.8.8')).toBe('all')
  })

  it('keeps the way of callers that the Moat names by the labels of their namespace', () => {
    const over = {
      ...input,
      namespaces: new Map(input.namespaces).set('ai-models', namespace('ai-models', { team: 'ml' })),
    }
    const callers = [caller('feature-api', { namespaces: labelled({ team: 'ml' }) })]
    const { policies } = policiesOf(moat({ callers, namespaceDefaultDeny: true }), over)
    expect(policies.map(({ name }) => name)).toEqual([
      'slm-isolation',
      'slm-isolation-default-deny',
      'slm-isolation-caller-feature-api',
    ])
  })

  it('keeps the ways of a caller and a scraper of one name apart', () => {
    const { policies } = policiesOf(
      moat({ model: { metricsPort: tcp(9090) }, scrapers: [caller('feature-api')], namespaceDefaultDeny: true }),
      input,
    )
    expect(policies.map(({ name }) => name).slice(2)).toEqual([
      'slm-isolation-caller-feature-api',
      'slm-isolation-scraper-feature-api',
    ])
  })

  it('needs no such way for callers of other namespaces', () => {
    const callers = [caller('feature-api', { namespaces: labelled({ [NAMESPACE_NAME_LABEL]: 'other-team' }) })]
    const { policies } = policiesOf(moat({ callers, namespaceDefaultDeny: true }), input)
    expect(policies.map(({ name }) => name)).toEqual(['slm-isolation', 'slm-isolation-default-deny'])
  })
})
