// The interpreter on tables written by hand: how nftables itself goes through chains.
import { describe, expect, it } from 'vitest'
import { address } from '../../tests/support/snapshots.ts'
import { interpret, type Packet } from './interpret.ts'
import { readTable } from './read.ts'

/** The verdict on one packet, of a table whose base chains are those of the text. */
function verdict(chains: string, more: Partial<Packet> = {}): string {
  const packet = { source: address('10.0.0.1'), destination: address('10.0.0.2'), protocol: 'TCP', port: 80 } as const
  const { verdict, logs } = interpret(readTable(`table inet t {\n${chains}\n}\n`), { ...packet, ...more })
  return [verdict, ...logs].join(' ')
}

const base = (rules: string, priority = 0, name = 'base'): string =>
  `chain ${name} {\ntype filter hook forward priority ${priority}; policy accept;\n${rules}\n}`

describe('the interpreter', () => {
  it('comes back from a jump, and does not come back from a goto', () => {
    expect(verdict(`chain c {\n}\n${base('jump c\ndrop')}`)).toBe('drop')
    expect(verdict(`chain c {\n}\n${base('goto c\ndrop')}`)).toBe('accept')
    expect(verdict(`chain d {\n}\nchain c {\ngoto d\n}\n${base('jump c\ndrop')}`)).toBe('drop')
  })

  it('takes an accept as the end of its base chain only, a drop as the end of all, lowest priority first', () => {
    expect(verdict(`${base('drop', 10, 'later')}\n${base('accept\ndrop')}`)).toBe('drop')
    expect(verdict(`${base('log prefix "late" group 1 queue-threshold 1', 10, 'later')}\n${base('drop')}`)).toBe('drop')
  })

  it('passes over a key that the packet lacks, also where it is compared with !=', () => {
    expect(verdict(`set s {\ntype ipv6_addr\n}\n${base('ip6 saddr != @s drop')}`)).toBe('accept')
    expect(verdict(base('ct mark != 0x00000001 drop'), { state: 'invalid' })).toBe('accept')
    expect(verdict(base('ct mark != 0x00000001 drop'))).toBe('drop')
  })

  it('finds addresses in ranges of both families, ends included', () => {
    const four = 'set s {\ntype ipv4_addr\nflags interval\nelements = { 10.0.0.2-10.0.0.4 }\n}\n'
    const six = 'set s {\ntype ipv6_addr\nflags interval\nelements = { fd00::-fd00::ffff, fd01::1 }\n}\n'
    const to = (set: string, key: string, text: string): string =>
      verdict(`${set}${base(`${key} @s drop`)}`, { source: address(text), destination: address(text) })
    expect(['10.0.0.1', '10.0.0.2', '10.0.0.4', '10.0.0.5'].map((text) => to(four, 'ct reply ip saddr', text))).toEqual(
      ['accept', 'drop', 'drop', 'accept'],
    )
    expect(
      ['fcff::', 'fd00::', 'fd00::ffff', 'fd00::1:0', 'fd01::1'].map((text) => to(six, 'ip6 daddr', text)),
    ).toEqual(['accept', 'drop', 'drop', 'accept', 'drop'])
  })

  it('decides the translation of addresses for new connections only', () => {
    const nat =
      'chain n {\ntype nat hook prerouting priority -100; policy accept;\nmeta l4proto tcp dnat ip to 10.0.0.9:81\n}\n'
    const rules = `${nat}${base('ct reply proto-src 81 drop')}`
    expect(verdict(rules)).toBe('drop')
    expect(verdict(rules, { state: 'established' })).toBe('accept')
  })

  it('refuses a table in which something is missing', () => {
    expect(() => verdict(base('jump nowhere'))).toThrow('no chain nowhere')
    expect(() => verdict(base('ip saddr @nothing drop'))).toThrow('no set nothing')
    expect(() => verdict(base('ip saddr vmap @nothing'))).toThrow('no map nothing')
  })
})
