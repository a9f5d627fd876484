// What the page of a map knows: the map in the form that its script reads.
import { foldLinks } from '../../../analysis/map/fold.ts'
import type { ReachMap } from '../../../analysis/map/map.ts'
import { WAY_IN_TEXT } from '../../../analysis/map/ways-in.ts'
import { REASON_TEXT } from '../../../engine/reach.ts'
import { ALL_CONNECTIONS, equalConnections, isEmpty } from '../../../sets/connection-set.ts'
import { visible } from '../../styled-text.ts'
import { heldWords, openWords, whoWords } from '../exposed.ts'
import { connectionWords, wordsOf } from '../words.ts'

export interface PageEndpoint {
  readonly label: string
  /** Empty: outside the cluster. */
  readonly namespace: string
  readonly kind: string
  /** Names of pods, or the addresses in full. */
  readonly detail: string
  readonly hostNetwork: boolean
}

/** From every source to every destination. */
export interface PageLink {
  readonly sources: readonly number[]
  readonly destinations: readonly number[]
  /** `tcp/8080`; empty when all of it depends. */
  readonly allowed: string
  readonly depends: readonly { readonly connections: string; readonly reason: string }[]
  readonly level: 'all' | 'some' | 'depends'
}

export interface PageRow {
  readonly sources: readonly number[]
  readonly destinations: readonly number[]
  /** The two sets in words. */
  readonly from: string
  readonly to: string
  readonly connections: string
  /** Empty: allowed. */
  readonly reason: string
}

export interface PageWayIn {
  readonly through: string
  readonly destination: number
  readonly port: string
  readonly verdict: 'Allowed' | 'Denied' | 'Depends'
  readonly reason: string
}

export interface PageExposure {
  readonly endpoints: readonly number[]
  readonly direction: 'ingress' | 'egress'
  readonly to: readonly { readonly who: string; readonly open: string; readonly note: string }[]
}

export interface PageData {
  readonly title: string
  readonly profile: string
  readonly endpoints: readonly PageEndpoint[]
  readonly links: readonly PageLink[]
  readonly rows: readonly PageRow[]
  readonly waysIn: readonly PageWayIn[]
  /** Empty when it was not asked for. */
  readonly exposure: readonly PageExposure[]
}

export function pageData(map: ReachMap, title: string): PageData {
  const words = wordsOf(map)
  const rows = foldLinks(map)
  return {
    title,
    profile: map.profile,
    endpoints: map.endpoints.map((one): PageEndpoint => {
      if (one.kind === 'outside') {
        return { label: words.name(one.id), namespace: '', kind: 'outside', detail: one.detail, hostNetwork: false }
      }
      const detail = one.pods.map(({ name }) => visible(name)).join(', ')
      return {
        label: words.name(one.id),
        namespace: visible(one.namespace),
        kind: visible(one.owner),
        detail,
        hostNetwork: one.hostNetwork,
      }
    }),
    links: map.links.map(({ sources, destinations, families, reach }): PageLink => {
      const whole = families.length === 2 && equalConnections(reach.allowed, ALL_CONNECTIONS)
      return {
        sources,
        destinations,
        allowed: isEmpty(reach.allowed) ? '' : connectionWords(reach.allowed, families),
        depends: reach.depends.map(({ connections, reason }) => ({
          connections: connectionWords(connections, families),
          reason: REASON_TEXT[reason],
        })),
        level: whole ? 'all' : isEmpty(reach.allowed) ? 'depends' : 'some',
      }
    }),
    rows: rows.map(({ sources, destinations, connections, families, reason }) => ({
      sources,
      destinations,
      from: words.set(sources, 8).join(', '),
      to: words.set(destinations, 8).join(', '),
      connections: connectionWords(connections, families),
      reason: reason === undefined ? '' : REASON_TEXT[reason],
    })),
    waysIn: map.waysIn.map(({ through, hosts, destination, protocol, port, verdict, reason }) => ({
      through: visible(hosts.length === 0 ? through : `${through} (${hosts.join(', ')})`),
      destination,
      port: `${protocol.toLowerCase()}/${port}`,
      verdict,
      reason: reason === undefined ? '' : WAY_IN_TEXT[reason],
    })),
    exposure: (map.exposure ?? []).map(({ endpoints, direction, to }) => ({
      endpoints,
      direction,
      to: to.map((one) => ({
        who: whoWords(one),
        open: openWords(one),
        note: [...one.reasons.map((reason) => `depends: ${REASON_TEXT[reason]}`), heldWords(one)]
          .filter((text) => text !== '')
          .join('; '),
      })),
    })),
  }
}
