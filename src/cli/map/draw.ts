// A map in the form that is asked for; only the code of that form is read.
import type { ReachMap } from '../../analysis/map/map.ts'
import { styled } from '../colour.ts'
import { outputWidth } from '../output-width.ts'
import type { MapOptions } from './options.ts'

export async function draw(map: ReachMap, { output, view }: MapOptions): Promise<string> {
  switch (output) {
    case 'json': {
      const { mapJson } = await import('../../render/map/json.ts')
      return JSON.stringify(mapJson(map), null, 2)
    }
    case 'csv': {
      const { mapCsv } = await import('../../render/map/csv.ts')
      return mapCsv(map)
    }
    case 'dot': {
      const { mapDot } = await import('../../render/map/dot.ts')
      return mapDot(map)
    }
    case 'markdown': {
      const { mapMarkdown } = await import('../../render/map/markdown.ts')
      return mapMarkdown(map)
    }
    case 'mermaid': {
      const { mapMermaid } = await import('../../render/map/mermaid.ts')
      return mapMermaid(map)
    }
    case 'html': {
      const [{ mapPage }, { createHash }] = await Promise.all([
        import('../../render/map/page/page.ts'),
        import('node:crypto'),
      ])
      return mapPage(map, { hash: (text) => `sha256-${createHash('sha256').update(text).digest('base64')}` })
    }
    case 'svg': {
      const { mapSvg } = await import('../../render/map/svg.ts')
      return mapSvg(map)
    }
    case 'text': {
      const width = outputWidth(process.stdout, 100)
      if (view === 'matrix') {
        const { matrixOfMap } = await import('../../render/map/matrix.ts')
        return styled(matrixOfMap(map, width), process.stdout)
      }
      const { listLines } = await import('../../render/map/list.ts')
      return styled(listLines(map, { width }), process.stdout)
    }
  }
}
