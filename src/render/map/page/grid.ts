// Moving through the matrix of a map's page by mouse and arrow keys.
/// <reference lib="dom" />

/** Stands alone: its text is part of the page. `cells` are the rows; each has its place in `data-x` and `data-y`. */
export function walkGrid(
  table: HTMLElement,
  cells: readonly (readonly HTMLElement[])[],
  select: (cell: HTMLElement) => void,
): void {
  const cellOf = (event: Event): HTMLElement | null => (event.target as HTMLElement).closest('td')
  table.addEventListener('click', (event) => {
    const td = cellOf(event)
    if (td) select(td)
  })
  table.addEventListener('keydown', (event) => {
    const td = cellOf(event)
    if (!td) return
    const [x, y] = [Number(td.dataset['x']), Number(td.dataset['y'])]
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
      Home: [-x, 0],
      End: [(cells[y]?.length ?? 1) - 1 - x, 0],
    }
    const step = steps[event.key]
    const next = step && cells[y + step[1]]?.[x + step[0]]
    if (!step && event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    select(next ?? td)
    next?.focus()
  })
}
