// Prediction against kernel on inputs that nobody chose: random clusters, the examples, and folders of the peer's corpus.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PLAIN_SHAPE, randomCluster } from '../support/random-cluster.ts'
import { rawText } from '../support/raw-objects.ts'
import { corpusFolder } from '../support/corpus.ts'
import { noSandbox } from '../support/skip.ts'
import { reportOf, ROOT, runMoat } from '../support/up.ts'

const LEAST_CELLS = 20_000
const FIRST_SEED = Number(process.env['MOAT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** The cells of one input, after checking that each agrees. */
async function agreeing(path: string): Promise<number> {
  const outcome = await runMoat(['up', path, '--once', '--model', 'bundled', '--max-cells', '3000', '-o', 'json'])
  const { cells, summary } = reportOf(outcome)
  const wrong = cells.filter((cell) => cell.observed !== cell.predicted)
  expect(wrong.slice(0, 5), `${path}: ${wrong.length} cells`).toEqual([])
  expect(summary.agree).toBe(cells.length)
  expect(cells.some((cell) => cell.phase === 'moat')).toBe(true)
  return cells.length
}

describe.skipIf(noSandbox())(`the kernel and the engine [${noSandbox() ?? 'sandbox'}]`, () => {
  it(`agree on at least ${LEAST_CELLS} cells of random clusters, first seed ${FIRST_SEED}`, async () => {
    process.stderr.write(`random clusters from seed ${FIRST_SEED} (MOAT_SEED repeats it)\n`)
    let cells = 0
    let denied = 0
    for (let seed = FIRST_SEED; cells < LEAST_CELLS && seed < FIRST_SEED + 60; seed++) {
      const folder = mkdtempSync(join(tmpdir(), 'moat-random-'))
      try {
        writeFileSync(
          join(folder, `seed-${seed}.yaml`),
          rawText(randomCluster(seed, { ...PLAIN_SHAPE, pods: 9, policies: 7 })),
        )
        const outcome = await runMoat(['up', '-f', folder, '--once', '-o', 'json', '--max-cells', '3000'])
        const report = reportOf(outcome)
        const wrong = report.cells.filter((cell) => cell.observed !== cell.predicted)
        expect(wrong.slice(0, 5), `seed ${seed}: ${wrong.length} cells`).toEqual([])
        cells += report.cells.length
        denied += report.cells.filter((cell) => cell.observed === 'Denied').length
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }
    expect(cells).toBeGreaterThanOrEqual(LEAST_CELLS)
    expect(denied).toBeGreaterThan(LEAST_CELLS / 20)
  })

  it.each(['dual-stack', 'ollama-rag', 'plain-policies'])('agree on every cell of examples/%s', async (name) => {
    expect(await agreeing(join(ROOT, 'examples', name))).toBeGreaterThan(200)
  })

  const corpus = corpusFolder()
  it
    .skipIf(corpus === undefined)
    .each([
      'acs-security-demos',
      'demo_app_with_routes_and_ingress',
      'deny_all_to_from_a_deployment',
      'ipblockstest',
      'k8s_ingress_test_new',
      'minimal_test_in_ns',
      'netpol-analysis-example-minimal',
      'new_online_boutique_synthesis',
      'onlineboutique',
      'with_end_port_example',
    ])(
    `agree on every cell of the corpus folder %s [${corpus === undefined ? 'needs the np-guard corpus' : 'corpus'}]`,
    async (name) => {
      expect(await agreeing(join(corpus as string, 'input', name))).toBeGreaterThan(100)
    },
  )
})
