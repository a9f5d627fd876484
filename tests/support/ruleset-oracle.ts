// The compiled ruleset as an oracle: printed, read back and given one packet at a time.
import { compileRuleset } from '../../src/nft/compile.ts'
import { interpret } from '../../src/nft/interpret.ts'
import { printRuleset } from '../../src/nft/print.ts'
import { readTable } from '../../src/nft/read.ts'
import { qualifiedName } from '../../src/policy/snapshot.ts'
import { type Address, parseAddress } from '../../src/sets/ip-address.ts'
import { type Oracle, snapshotOf } from './oracles.ts'

/**
 * Says what a node's forwarding path does, so only for pods on the pod network that have an address of the family, and
 * only as the profile `conformance` does. Never says Depends: what the input leaves unknown is absent here.
 */
export const RULESET: Oracle = {
  name: 'ruleset',
  read: (cluster, profile) => {
    if (profile !== 'conformance') throw new Error('the ruleset is of the profile conformance')
    const snapshot = snapshotOf(cluster)
    const table = readTable(printRuleset(compileRuleset(snapshot)))
    const pods = new Map(snapshot.pods.map((pod) => [qualifiedName(pod), pod]))
    const end = (text: string, family: 4 | 6): Address => {
      const pod = pods.get(text)
      const address = pod ? pod.addresses.find((one) => one.family === family) : parseAddress(text)
      if (!address || pod?.hostNetwork) throw new Error(`no address on the pod network: ${text} in IPv${family}`)
      return address
    }
    return ({ source, destination, family, protocol, port }) => {
      const packet = { source: end(source, family), destination: end(destination, family), protocol, port }
      return interpret(table, packet).verdict === 'accept' ? 'Allowed' : 'Denied'
    }
  },
}
