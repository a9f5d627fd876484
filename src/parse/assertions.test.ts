// Assertions and netassert's tests as they are read: defaults, places of mistakes, what is refused.
import { describe, expect, it } from 'vitest'
import { parse } from './parse.ts'

function read(text: string) {
  const { snapshot, diagnostics } = parse([{ name: 'a.yaml', text }])
  return {
    assertions: snapshot.assertions,
    codes: diagnostics.map(
      ({ code, span }) => `${code}${span ? ` ${span.file.text.slice(span.start, span.end)}` : ''}`,
    ),
  }
}

function one(item: string, metadata = '') {
  return read(`apiVersion: modelmoat.dev/v1alpha1\nkind: Assertions\n${metadata}assertions:\n- ${item}\n`)
}

const ENDS = 'from: {pod: a/x}, to: {pod: b/y}'

describe('Assertions', () => {
  it('are read with names, ends, ports and what is expected', () => {
    const { assertions, codes } = one(
      '{name: it works, from: {pod: a/x}, to: {cidr: 203.0.113.0/24}, port: 80, expect: Allowed}',
    )
    expect(codes).toEqual([])
    expect(assertions).toMatchObject([
      {
        name: 'it works',
        from: { kind: 'named', namespace: 'a', name: 'x', of: undefined },
        to: { kind: 'cidr' },
        ports: { kind: 'range', protocol: 'TCP', first: 80, last: 80 },
        expect: 'Allowed',
      },
    ])
  })

  it.each([
    ['port: 80', { kind: 'range', protocol: 'TCP', first: 80, last: 80 }],
    ['port: http, protocol: UDP', { kind: 'named', protocol: 'UDP', name: 'http' }],
    ['port: "8000-8999"', { kind: 'range', protocol: 'TCP', first: 8000, last: 8999 }],
    ['protocol: SCTP', { kind: 'all', protocol: 'SCTP' }],
  ])('read `%s` as the ports it says', (ports, read) => {
    const { assertions, codes } = one(`{name: t, ${ENDS}, ${ports}, expect: Denied}`)
    expect(codes).toEqual([])
    expect(assertions[0]?.ports).toMatchObject(read)
  })

  it('mean every port of every protocol where they name neither', () => {
    expect(one(`{name: t, ${ENDS}, expect: Denied}`).assertions[0]?.ports).toBe('any')
  })

  it.each([
    ['{name: t, from: {pod: a/x}, to: {pod: b/y}, port: "9-8", expect: Denied}', 'invalid-port "9-8"'],
    ['{name: t, from: {pod: a/x}, to: {pod: b/y}, port: "8080", expect: Denied}', 'invalid-port "8080"'],
    ['{name: t, from: {pod: a/x}, to: {pod: b/y}, expect: denied}', 'unknown-value denied'],
    ['{name: t, from: {pod: x}, to: {pod: b/y}, expect: Denied}', 'assertion-namespace x'],
    ['{name: t, from: {pod: a/b/c}, to: {pod: b/y}, expect: Denied}', 'invalid-name a/b/c'],
    ['{name: t, from: {}, to: {pod: b/y}, expect: Denied}', 'empty-peer {}'],
    [
      '{name: t, from: {pod: a/x, cidr: 10.0.0.0/8}, to: {pod: b/y}, expect: Denied}',
      'ambiguous-end {pod: a/x, cidr: 10.0.0.0/8}',
    ],
    ['{name: t, from: {pods: a/x}, to: {pod: b/y}, expect: Denied}', 'unknown-field pods'],
  ])('with a mistake are refused at its place: %s', (item, code) => {
    const { assertions, codes } = one(item)
    expect(codes[0]).toBe(code)
    expect(assertions).toEqual([])
  })

  it('take the namespace of their object for ends that name none', () => {
    const { assertions } = one(
      '{name: t, from: {pod: x}, to: {podSelector: {}}, expect: Only}',
      'metadata: {namespace: a}\n',
    )
    expect(assertions[0]).toMatchObject({
      from: { kind: 'named', namespace: 'a', name: 'x' },
      to: {
        kind: 'pods',
        namespaces: { requirements: [{ operator: 'In', values: ['a'] }] },
        pods: { requirements: [] },
      },
    })
  })

  it('have names that differ', () => {
    const item = `{name: t, ${ENDS}, expect: Denied}`
    expect(one(`${item}\n- ${item}`).codes).toEqual(['duplicate-name t'])
  })
})

const NETASSERT = `
- name: busybox to echo
  type: k8s
  protocol: tcp
  targetPort: 8080
  timeoutSeconds: 67
  attempts: 3
  exitCode: 0
  src: {k8sResource: {kind: deployment, name: busybox, namespace: busybox}}
  dst: {k8sResource: {kind: statefulset, name: echo, namespace: echo}}
- name: busybox to the internet
  type: k8s
  targetPort: 53
  exitCode: 1
  src: {k8sResource: {kind: pod, name: busybox, namespace: busybox}}
  dst: {host: {name: 198.51.100.7}}
- name: busybox to a name
  type: k8s
  protocol: tcp
  targetPort: 443
  src: {k8sResource: {kind: daemonset, name: busybox, namespace: busybox}}
  dst: {host: {name: example.org}}
`

describe("netassert's tests", () => {
  it('are told from lists of connections that other programs write', () => {
    const text = JSON.stringify([{ src: 'a/b[Deployment]', dst: 'c/d[Deployment]', conn: 'TCP 80' }])
    expect(parse([{ name: 'list.json', text }]).diagnostics.map(({ code }) => code)).toContain('not-a-manifest')
  })

  it('are read as they are, with their defaults', () => {
    const { assertions, codes } = read(NETASSERT)
    expect(codes).toEqual([])
    expect(assertions).toMatchObject([
      {
        from: { kind: 'named', of: 'Deployment', namespace: 'busybox', name: 'busybox' },
        to: { kind: 'named', of: 'StatefulSet' },
        ports: { protocol: 'TCP', first: 8080, last: 8080 },
        expect: 'Allowed',
      },
      { from: { of: 'Pod' }, to: { kind: 'cidr', cidr: { prefix: 32 } }, ports: { protocol: 'TCP' }, expect: 'Denied' },
      { from: { of: 'DaemonSet' }, to: { kind: 'host', name: 'example.org' }, expect: 'Allowed' },
    ])
  })

  it.each([
    [NETASSERT.replace('type: k8s', 'type: vm'), 'unknown-value vm'],
    [NETASSERT.replace('exitCode: 0', 'exitCode: 7'), 'unknown-value 7'],
    [NETASSERT.replace('kind: deployment', 'kind: cronjob'), 'unknown-value cronjob'],
    [NETASSERT.replace('targetPort: 8080', 'targetPort: 0'), 'invalid-port 0'],
    [NETASSERT.replace('busybox to the internet', 'busybox to echo'), 'duplicate-name busybox to echo'],
  ])('with a mistake are refused at its place', (text, code) => {
    const { assertions, codes } = read(text)
    expect(codes).toEqual([code])
    expect(assertions).toEqual([])
  })
})
