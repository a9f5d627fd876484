// A block that stands for the Internet and leaves some private networks out, but not all: those were forgotten.
import { addressesOf } from '../../../engine/match.ts'
import type { Peer, Rule as PolicyRule } from '../../../policy/network-policy.ts'
import { formatCidr } from '../../../sets/ip-address.ts'
import { intersectAddresses, noAddresses } from '../../../sets/ip-set.ts'
import { INSIDE, type Range } from '../../ranges.ts'
import { ruleName, spanAt } from '../context.ts'
import { exceptEdit } from '../except-edit.ts'
import type { Rule } from '../rule.ts'
import { isWide } from '../shape.ts'

type Block = Extract<Peer, { kind: 'ipBlock' }>

function leaves(block: Block, { addresses }: Range): boolean {
  return !noAddresses(intersectAddresses(addressesOf(block), addresses))
}

function isOfFamily({ addresses }: Range, family: 4 | 6): boolean {
  return family === 4 ? addresses.v4.length > 0 : addresses.v6.length > 0
}

/** The ranges of the block's family, and whether it takes private ones out. */
function sorted(block: Block): { readonly left: readonly Range[]; readonly isMeant: boolean } {
  const own = INSIDE.filter((range) => isOfFamily(range, block.cidr.address.family))
  const left = own.filter((range) => leaves(block, range))
  // A range of the link alone is taken out for the metadata service: nothing follows for private networks.
  const isMeant = own.some((range) => !range.id.startsWith('link-local') && !left.includes(range))
  return { left, isMeant }
}

function blocksOf({ peers }: PolicyRule): readonly Block[] {
  return peers === 'any' ? [] : peers.flatMap((peer) => (peer.kind === 'ipBlock' && isWide(peer) ? [peer] : []))
}

export const privateRangeLeftIn: Rule = {
  id: 'private-range-left-in',
  title: 'a block for the Internet leaves out some private networks and forgets others',
  severity: 'warning',
  fixable: true,
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (direction !== 'egress') continue
      const blocks = blocksOf(rule)
      const isMeant = blocks.some((block) => sorted(block).isMeant)
      for (const block of isMeant ? blocks : []) {
        const { left } = sorted(block)
        if (left.length === 0) continue
        const words = left.map(({ words, id }) => `${words} (${id})`).join(', ')
        const edit = context.isRendered(policy)
          ? undefined
          : exceptEdit(
              block,
              left.map((range) => range.words),
            )
        const onlyShared = left.every(({ id }) => id === 'shared')
        yield {
          message: `${ruleName(placed)} opens \`${formatCidr(block.cidr)}\` without private networks, but not without ${words}`,
          ...spanAt(policy, block, rule),
          help: `add ${left.length === 1 ? 'it' : 'them'} to \`except\``,
          ...(onlyShared && { severity: 'note' }),
          ...(edit && { fix: { title: 'add to `except` what is missing', edits: [edit], keepsMeaning: false } }),
        }
      }
    }
  },
}
