// The page of a map in a real browser: it draws, it is searched, it is walked through by keys, and it fetches nothing.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mapOf, withExposure } from '../../src/analysis/map/map.ts'
import { load } from '../../src/cli/load.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { mapPage } from '../../src/render/map/page/page.ts'
import { noBrowser, openPage, type Page } from '../support/browser.ts'

const root = resolve(import.meta.dirname, '../..')
const lacking = noBrowser()
const note = lacking === undefined ? '' : ` [needs ${lacking}]`

describe.skipIf(lacking !== undefined).each(['seed', 'ollama-rag', 'plain-policies', 'dual-stack'])(
  `the page of examples/%s${note}`,
  (example) => {
    let page: Page | undefined
    const folder = mkdtempSync(join(tmpdir(), 'moat-page-'))

    beforeAll(async () => {
      const { snapshot } = load([join(root, 'examples', example)]).inForce
      const map = withExposure(mapOf(createEngine(snapshot), snapshot), snapshot)
      const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
      const file = join(folder, 'map.html')
      writeFileSync(file, mapPage(map, { hash }))
      page = await openPage(pathToFileURL(file).href, { width: 1300, height: 900 })
    })
    const value = (expression: string): Promise<unknown> => (page as Page).value(expression)
    afterAll(async () => {
      await page?.close()
      rmSync(folder, { recursive: true })
    })

    it('draws a cell for every pair, each with a name for those who cannot see it', async () => {
      const names = await value("document.querySelectorAll('.matrix tbody th').length")
      const cells = await value("document.querySelectorAll('.matrix tbody td[aria-label]').length")
      expect(names).toBeGreaterThan(4)
      expect(cells).toBe(Number(names) ** 2)
    })

    it('shows what a cell stands for on a click, and moves on with the arrow keys', async () => {
      await value("document.querySelector('.matrix tbody td').click()")
      const first = await value("document.querySelector('#details h2').textContent")
      await value(
        "document.querySelector('.matrix td[aria-selected]').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))",
      )
      const second = await value("document.querySelector('#details h2').textContent")
      expect(first).toContain('→')
      expect(second).toContain('→')
      expect(second).not.toBe(first)
      expect(await value('document.activeElement.matches(\'td[aria-selected=true][tabindex="0"]\')')).toBe(true)
    })

    it('keeps what a search means, in the matrix and in the list', async () => {
      const type = (text: string): Promise<unknown> =>
        value(
          `(() => { const s = document.getElementById('search'); s.value = ${JSON.stringify(text)}; s.dispatchEvent(new Event('input')) })()`,
        )
      const whole = Number(await value("document.querySelectorAll('.matrix tbody td').length"))
      const some = String(await value("document.querySelectorAll('.matrix tbody th button')[1].title"))
      await type(some)
      expect(await value("document.querySelectorAll('.matrix tbody td').length")).toBeLessThanOrEqual(whole)
      await value("document.querySelector('[data-view=list]').click()")
      const lines = Number(await value("document.querySelectorAll('.list tbody tr').length"))
      await type('')
      expect(Number(await value("document.querySelectorAll('.list tbody tr').length"))).toBeGreaterThanOrEqual(lines)
      await type('there is no such thing')
      expect(await value("document.getElementById('view').textContent")).toBe('Nothing matches.')
      await type('')
      await value("document.querySelector('[data-view=exposure]').click()")
      expect(await value("document.querySelectorAll('.list tbody tr').length")).toBeGreaterThan(2)
      await value("document.querySelector('[data-view=matrix]').click()")
    })

    it('asked for nothing but itself, and nothing went wrong', () => {
      expect(page?.requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1)
      expect(page?.errors).toEqual([])
    })
  },
)
