// Sets of transport ports, 1–65535.
import * as interval from './interval-set.ts'

/** Ports 1–65535 as half-open intervals; `[]` is no port. */
export type PortSet = interval.IntervalSet<number>

export const NO_PORTS: PortSet = []
export const ALL_PORTS: PortSet = [1, 65_536]

/** The ports from `first` to `last`, both inclusive, cut to 1–65535. */
export function portRange(first: number, last: number = first): PortSet {
  return interval.intersect(interval.fromIntervals([[first, last + 1]]), ALL_PORTS)
}

/** `80`, `8000-8100`, `80,443`; all ports print as `*`, none as the empty string. */
export function formatPorts(ports: PortSet): string {
  if (interval.equals(ports, ALL_PORTS)) return '*'
  return interval
    .intervals(ports)
    .map(([start, end]) => (end - start === 1 ? `${start}` : `${start}-${end - 1}`))
    .join(',')
}
