// The manifests of np-guard's analyser, which lie beside the checkout: all are read, and each refusal is one we expect.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readInput } from '../src/cli/input/read-input.ts'
import { hasErrors } from '../src/diag/diagnostic.ts'
import { parse } from '../src/parse/parse.ts'

/** Where the corpus lies: `MOAT_CORPUS`, or `shared/corpus/np-guard` beside the checkout or a folder above it. */
function corpus(): string | undefined {
  const given = process.env['MOAT_CORPUS']
  if (given !== undefined) return existsSync(join(given, 'input')) ? given : undefined
  let folder = resolve(import.meta.dirname, '..')
  for (let i = 0; i < 4; i++) {
    folder = dirname(folder)
    const found = join(folder, 'shared/corpus/np-guard')
    if (existsSync(join(found, 'input'))) return found
  }
  return undefined
}

/**
 * Folders with errors, and why each is right: an API server refuses these manifests (two of a Service's ports need names,
 * a Deployment's selector must match its template, names have no `_`, `containerport` is no field, `pods` of an admin
 * policy needs both selectors, a port's name cannot stand beside `networks`), or one silently replaces the other.
 */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'acs-security-demos-added-workloads': ['duplicate-object'],
  anp_test_10_swapping_rules: ['missing-field'],
  anp_test_11_swapping_rules: ['missing-field'],
  anp_test_12_swapping_rules: ['missing-field'],
  anp_test_2_allow_traffic_at_cluster_level: ['selector-mismatch'],
  anp_test_8_swapping_rules: ['missing-field'],
  anp_test_9_swapping_rules: ['missing-field'],
  anp_test_ingress_egress_intersection: ['selector-mismatch'],
  anp_test_named_ports_multiple_peers: ['named-port-outside'],
  example_pods_w_same_owner_and_labels_gap_banp_good: ['missing-field'],
  example_pods_w_same_owner_and_labels_gap_with_good_match_expression: ['invalid-name'],
  example_pods_w_same_owner_and_labels_gap_with_policy_selector_not_in_gap: ['invalid-name'],
  netpol_named_port_test_2: ['unknown-field'],
  one_ingress_multiple_services: ['missing-field'],
}

const root = corpus()
const folders = root === undefined ? [] : readdirSync(join(root, 'input')).sort()

function read(folder: string) {
  const input = readInput([join(root as string, 'input', folder)])
  return { input, ...parse(input.sources) }
}

function errorCodes(folder: string): string[] {
  const { diagnostics } = read(folder)
  return [...new Set(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code))].sort()
}

describe.skipIf(root === undefined)(
  'the np-guard corpus [needs shared/corpus/np-guard beside the checkout, or MOAT_CORPUS]',
  () => {
    it('is there in full', () => {
      expect(folders.length).toBeGreaterThanOrEqual(59)
    })

    it('is readable as files', () => {
      expect(folders.flatMap((folder) => read(folder).input.diagnostics)).toEqual([])
    })

    it('is refused exactly where an API server refuses it', () => {
      const expected = folders.flatMap((folder) => {
        const codes = REFUSED[folder]
        return codes ? [[folder, codes]] : []
      })
      const found = folders.flatMap((folder) => {
        const codes = errorCodes(folder)
        return codes.length === 0 ? [] : [[folder, codes]]
      })
      expect(found).toEqual(expected)
    })

    it('has pods or workloads in every folder that is read', () => {
      const empty = folders.filter((folder) => {
        const { snapshot, diagnostics } = read(folder)
        return !hasErrors(diagnostics) && snapshot.pods.length + snapshot.workloads.length === 0
      })
      expect(empty).toEqual([])
    })

    it('has each error at a place', () => {
      const placeless = folders.flatMap((folder) => read(folder).diagnostics.filter(({ span }) => span === undefined))
      expect(placeless).toEqual([])
    })
  },
)
