import { describe, expect, it } from 'vitest'
import { found, shown, sound } from '../../tests/support/manifests.ts'
import { formatAddress } from '../sets/ip-address.ts'

const pod = (spec: string, status = '{}') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: ${spec}\nstatus: ${status}\n`
const ports = (text: string) => sound(pod(`{containers: [{name: c, ports: [${text}]}]}`)).pods[0]?.ports
const wrongPort = (text: string) => found(pod(`{containers: [{name: c, ports: [${text}]}]}`))

describe('a pod', () => {
  it('declares the ports of its containers and of its native sidecars, in that order', () => {
    const spec = `{
      initContainers: [
        {name: setup, ports: [{containerPort: 1}]},
        {name: sidecar, restartPolicy: Always, ports: [{containerPort: 2, name: side}]}],
      containers: [{name: c, ports: [{containerPort: 3}, {containerPort: 3, protocol: UDP}]}, {name: d, ports: null}]}`
    expect(sound(pod(spec)).pods[0]?.ports).toEqual([
      { port: 3, protocol: 'TCP' },
      { port: 3, protocol: 'UDP' },
      { port: 2, protocol: 'TCP', name: 'side' },
    ])
  })

  it('that declares a port twice gets a warning, but not for another protocol or a container that runs before', () => {
    const two = (first: string, second: string): string =>
      `{containers: [{name: c, ports: [${first}]}, {name: d, ports: [${second}]}]}`
    const eighty = '{containerPort: 80}'
    expect(found(pod(two(eighty, eighty)))).toEqual([expect.stringMatching(/^warning port-declared-twice 4:\d+$/)])
    expect(found(pod(two(`${eighty}, ${eighty}`, '')))).toHaveLength(1)
    expect(found(pod(two(eighty, '{containerPort: 80, protocol: UDP}')))).toEqual([])
    expect(
      found(pod(`{initContainers: [{name: i, ports: [${eighty}]}], containers: [{name: c, ports: [${eighty}]}]}`)),
    ).toEqual([])
  })

  it('has ports from 1 to 65535 with service names (S46)', () => {
    expect(ports('{containerPort: 65535, name: a-1, hostPort: 1, hostIP: 0.0.0.0}')).toHaveLength(1)
    expect(wrongPort('{containerPort: 65536}')).toEqual(['error invalid-port 4:55'])
    expect(wrongPort('{containerPort: "80"}')).toEqual(['error wrong-type 4:55'])
    expect(wrongPort('{containerPort: http}')).toEqual(['error wrong-type 4:55'])
    expect(wrongPort('{containerPort: 80, name: HTTP}')).toEqual(['error invalid-port 4:65'])
    expect(wrongPort('{name: http}')).toEqual(['error missing-field 4:39'])
    expect(wrongPort('{containerPort: 80, protocol: tcp}')).toEqual(['error unknown-value 4:69'])
  })

  it('with a field in the wrong case is refused, naming the right one (S47)', () => {
    expect(wrongPort('{containerport: 80}')).toEqual(['error unknown-field 4:40'])
    expect(shown(pod('{containers: [{name: c, ports: [{containerport: 80}]}]}'))).toContain(
      'did you mean `containerPort`?',
    )
    expect(found(pod('{hostnetwork: true, containers: [{name: c}]}'))).toEqual(['error unknown-field 4:8'])
    expect(found(pod('{containers: [{name: c, port: []}]}'))).toEqual(['error unknown-field 4:31'])
    expect(found(pod('{container: [{name: c}]}'))).toEqual(['error missing-field 4:1', 'error unknown-field 4:8'])
  })

  it('may have fields newer than our list, with a warning', () => {
    expect(found(pod('{hyperdrive: {}, containers: [{name: c, quantumState: 1}]}'))).toEqual([
      'warning unfamiliar-field 4:8',
      'warning unfamiliar-field 4:47',
    ])
  })

  it('may be on the network of its node', () => {
    expect(sound(pod('{hostNetwork: true, containers: [{name: c}]}')).pods[0]?.hostNetwork).toBe(true)
    expect(sound(pod('{hostNetwork: off, containers: [{name: c}]}')).pods[0]?.hostNetwork).toBe(false)
    expect(found(pod('{hostNetwork: "true", containers: [{name: c}]}'))).toEqual(['error wrong-type 4:21'])
  })

  it('has its addresses, phase and node from what the cluster says', () => {
    const text = pod(
      '{nodeName: n1, containers: [{name: c}]}',
      '{phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}], conditions: []}',
    )
    const [read] = sound(text).pods
    expect(read).toMatchObject({ phase: 'Running', nodeName: 'n1' })
    expect(read?.addresses.map(formatAddress)).toEqual(['10.0.0.1', 'fd00::1'])
    const single = sound(pod('{containers: [{name: c}]}', '{podIP: "fd00::2"}')).pods[0]
    expect(single?.addresses.map(formatAddress)).toEqual(['fd00::2'])
    expect(sound(pod('{containers: [{name: c}]}', '{podIP: "", podIPs: null}')).pods[0]?.addresses).toEqual([])
    expect(found(pod('{containers: [{name: c}]}', '{podIP: 10.0.0}'))).toEqual(['error invalid-address 5:17'])
    expect(found(pod('{containers: [{name: c}]}', '{phase: Done}'))).toEqual(['error unknown-value 5:17'])
  })

  it('needs a spec with containers', () => {
    expect(found('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n')).toEqual(['error missing-field 1:1'])
    expect(found(pod('{}'))).toEqual(['error missing-field 4:1'])
    expect(found(pod('{containers: {name: c}}'))).toEqual(['error wrong-type 4:20'])
    expect(shown(pod('{containers: {name: c}}'))).toContain('put `- ` before its first field')
  })
})
