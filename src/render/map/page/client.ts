// The script of a map's page: search, filters, a matrix to walk through, a list, and what is behind a click.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { PageData, PageLink } from './data.ts'
import type { wireControls } from './controls.ts'
import type { walkGrid } from './grid.ts'
import type { Grouping, Mark, Model } from './model.ts'

/** Stands alone: its text is part of the page. Everything it shows is set as text, never as HTML. */
export function startPage(
  data: PageData,
  model: Model,
  { walk, wire }: { readonly walk: typeof walkGrid; readonly wire: typeof wireControls },
): void {
  const MOST_MARKS = 60
  const SIGNS = { all: '●', some: '◐', depends: '?', mixed: '±', none: '·' } as const
  const MEANINGS = {
    all: 'every port',
    some: 'some ports',
    depends: 'left open by Kubernetes',
    mixed: 'not the same for all',
    none: 'denied',
  } as const
  const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement
  const search = byId('search') as HTMLInputElement
  const namespace = byId('namespace') as HTMLSelectElement
  const direction = byId('direction') as HTMLSelectElement
  const grouping = byId('grouping') as HTMLSelectElement
  const view = byId('view')
  const details = byId('details')
  const status = byId('status')
  let current: 'matrix' | 'list' | 'exposure' = 'matrix'

  const make = (tag: string, text = '', className = ''): HTMLElement => {
    const element = document.createElement(tag)
    if (text !== '') element.textContent = text
    if (className !== '') element.className = className
    return element
  }
  const nameOf = (id: number): string => data.endpoints[id]?.label ?? ''
  const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

  /** Endpoints that the search and the namespace mean. */
  const meant = (): Set<number> => {
    const words = search.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '')
    const ids = data.endpoints.flatMap((endpoint, id) => {
      if (namespace.value !== '' && endpoint.namespace !== namespace.value) return []
      const text = `${endpoint.label} ${endpoint.kind} ${endpoint.detail}`.toLowerCase()
      return words.every((word) => text.includes(word)) ? [id] : []
    })
    return new Set(ids)
  }
  const isFiltered = (): boolean => search.value.trim() !== '' || namespace.value !== ''

  /** Tags for what a link lets through. */
  const answer = (link: PageLink): HTMLElement[] => [
    ...(link.allowed === '' ? [] : [make('span', link.allowed, `tag ${link.level === 'all' ? 'all' : 'some'}`)]),
    ...link.depends.flatMap(({ connections, reason }) => [
      make('span', `perhaps ${connections}`, 'tag depends'),
      make('div', reason, 'note'),
    ]),
  ]
  const answers = (links: readonly number[]): HTMLElement[] =>
    links.flatMap((index) => {
      const link = data.links[index]
      return link ? answer(link) : []
    })

  const heading = (text: string): HTMLElement => {
    const title = make('h2', text)
    title.tabIndex = -1
    return title
  }
  const showDetails = (...content: readonly HTMLElement[]): void => details.replaceChildren(...content)

  const peerList = (title: string, peers: readonly { other: number; links: readonly number[] }[]): HTMLElement[] => {
    const list = make('ul', '', 'plain')
    for (const { other, links } of peers.slice(0, 200)) {
      const item = make('li', `${nameOf(other)} `)
      item.append(...answers(links))
      list.append(item)
    }
    if (peers.length === 0) list.append(make('li', 'nobody', 'note'))
    if (peers.length > 200) list.append(make('li', `and ${peers.length - 200} more`, 'note'))
    return [make('h3', `${title} (${peers.length})`), list]
  }

  const exposureOf = (id: number): HTMLElement[] =>
    data.exposure.flatMap(({ endpoints, direction: way, to }) => {
      if (!endpoints.includes(id)) return []
      const list = make('ul', '', 'plain')
      for (const { who, open, note } of to) {
        const item = make('li', `${who} `)
        item.append(make('span', open, 'tag some'))
        if (note !== '') item.append(make('div', note, 'note'))
        list.append(item)
      }
      if (to.length === 0) list.append(make('li', 'no pod at all', 'note'))
      return [make('h3', way === 'ingress' ? 'Could be reached from' : 'Could reach'), list]
    })

  const showEndpoint = (id: number): void => {
    const endpoint = data.endpoints[id]
    if (!endpoint) return
    const ways = data.waysIn.filter(({ destination }) => destination === id)
    const list = make('ul', '', 'plain')
    for (const { through, port, verdict, reason } of ways) {
      const item = make('li', `${through} `)
      item.append(make('span', `${port} ${verdict.toLowerCase()}`, `tag ${verdict === 'Depends' ? 'depends' : 'some'}`))
      if (reason !== '') item.append(make('div', reason, 'note'))
      list.append(item)
    }
    const kind = endpoint.hostNetwork ? `${endpoint.kind}, on the host network: policies do not hold` : endpoint.kind
    showDetails(
      heading(endpoint.label),
      make('div', kind === 'outside' ? 'outside the cluster' : kind, 'note'),
      make('div', endpoint.detail, 'note'),
      ...(ways.length > 0 ? [make('h3', 'Ways in'), list] : []),
      ...peerList('Reached by', model.inward(id)),
      ...peerList('Reaches', model.outward(id)),
      ...exposureOf(id),
    )
  }

  const showMark = (mark: Mark): void => {
    const [only] = mark.members
    if (mark.members.length === 1 && only !== undefined) showEndpoint(only)
    else {
      const list = make('ul', '', 'plain')
      for (const id of mark.members) {
        const item = make('li')
        const button = make('button', nameOf(id))
        button.addEventListener('click', () => showEndpoint(id))
        item.append(button)
        list.append(item)
      }
      showDetails(heading(mark.label), list)
    }
  }

  const percent = (share: number): string => (share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`)

  const lookInside = (source: Mark, destination: Mark): HTMLElement => {
    const button = make('button', 'Look inside')
    button.addEventListener('click', () => {
      namespace.value = destination.namespace === '' ? source.namespace : destination.namespace
      grouping.value = 'single'
      draw()
    })
    return button
  }

  const showPair = (source: Mark, destination: Mark): void => {
    const cell = model.cell(source, destination)
    const content =
      cell.level === 'mixed'
        ? [
            make('p', `Not the same for all: ${percent(cell.share)} of the pairs are open.`),
            lookInside(source, destination),
          ]
        : cell.level === 'none'
          ? [make('p', 'Denied.')]
          : answers(cell.links)
    showDetails(heading(`${source.label} → ${destination.label}`), ...content)
  }

  /** Rows and columns of the matrix that the filters leave. */
  const axes = (marks: readonly Mark[]): { rows: readonly Mark[]; columns: readonly Mark[] } => {
    if (!isFiltered()) return { rows: marks, columns: marks }
    const ids = meant()
    const about = marks.filter(({ members }) => members.some((id) => ids.has(id)))
    const others = (linked: (mark: Mark, one: Mark) => boolean): readonly Mark[] =>
      marks.filter((mark) => about.includes(mark) || about.some((one) => linked(mark, one)))
    const sources = others((mark, one) => model.cell(mark, one).level !== 'none')
    const destinations = others((mark, one) => model.cell(one, mark).level !== 'none')
    if (direction.value === 'ingress') return { rows: sources, columns: about }
    if (direction.value === 'egress') return { rows: about, columns: destinations }
    return { rows: sources, columns: destinations }
  }

  /** What fits into a cell: the ports where they are few. */
  const shortAnswer = (level: keyof typeof SIGNS, links: readonly number[]): string => {
    const [only] = links
    const link = only === undefined ? undefined : data.links[only]
    if (level === 'none' || level === 'mixed' || links.length > 1 || !link) return SIGNS[level]
    const text = link.allowed === '' ? `? ${link.depends[0]?.connections ?? ''}` : link.allowed
    return text.length > 15 || link.depends.length > 1 ? `${SIGNS[level]} ${text.slice(0, 12)}…` : text
  }

  const drawMatrix = (): void => {
    const { rows, columns } = axes(model.marks(grouping.value as Grouping))
    status.textContent = `${plural(rows.length, 'row')}, ${plural(columns.length, 'column')}`
    if (rows.length === 0 || columns.length === 0) {
      view.replaceChildren(make('p', 'Nothing matches.', 'empty'))
      return
    }
    const isRoomy = columns.length <= 12
    const table = make('table', '', isRoomy ? 'matrix roomy' : 'matrix')
    table.setAttribute('role', 'grid')
    table.setAttribute('aria-label', 'Who can reach what: sources in rows, destinations in columns')
    const head = make('tr')
    head.append(make('th', 'from ╲ to'))
    const title = (mark: Mark): HTMLElement => {
      const button = make('button')
      const slash = mark.namespace === '' ? -1 : mark.namespace.length
      if (slash >= 0) button.append(make('span', mark.label.slice(0, slash + 1), 'ns'))
      button.append(mark.label.slice(slash + 1))
      button.title = mark.label
      button.addEventListener('click', () => showMark(mark))
      return button
    }
    const headings = columns.map((column) => {
      const th = make('th')
      th.setAttribute('scope', 'col')
      const div = make('div')
      div.append(title(column))
      th.append(div)
      return th
    })
    head.append(...headings)
    const thead = make('thead')
    thead.append(head)
    const body = make('tbody')
    const cells: HTMLElement[][] = []
    rows.forEach((row, y) => {
      const tr = make('tr', '', row.namespace === rows[y - 1]?.namespace ? '' : 'first')
      const th = make('th')
      th.setAttribute('scope', 'row')
      th.append(title(row))
      tr.append(th)
      cells.push(
        columns.map((column, x) => {
          const { level, links, share } = model.cell(row, column)
          const td = make('td')
          const text = level === 'mixed' ? percent(share) : isRoomy ? shortAnswer(level, links) : SIGNS[level]
          const chip = make('i', text, level)
          if (level === 'mixed') chip.style.setProperty('--share', `${Math.round(15 + share * 85)}%`)
          td.append(chip)
          if (column.namespace !== columns[x - 1]?.namespace) td.classList.add('edge')
          td.setAttribute('aria-label', `${row.label} to ${column.label}: ${MEANINGS[level]}`)
          td.tabIndex = x === 0 && y === 0 ? 0 : -1
          td.dataset['x'] = `${x}`
          td.dataset['y'] = `${y}`
          tr.append(td)
          return td
        }),
      )
      body.append(tr)
    })
    const select = (td: HTMLElement): void => {
      const [x, y] = [Number(td.dataset['x']), Number(td.dataset['y'])]
      for (const old of table.querySelectorAll('[aria-selected="true"]')) old.removeAttribute('aria-selected')
      for (const old of table.querySelectorAll('th.lit')) old.classList.remove('lit')
      for (const old of table.querySelectorAll<HTMLElement>('td[tabindex="0"]')) old.tabIndex = -1
      td.tabIndex = 0
      td.setAttribute('aria-selected', 'true')
      headings[x]?.classList.add('lit')
      const [source, destination] = [rows[y], columns[x]]
      if (source && destination) showPair(source, destination)
    }
    walk(table, cells, select)
    table.append(thead, body)
    const scroll = make('div', '', 'card scroll')
    scroll.append(table)
    view.replaceChildren(scroll)
  }

  const drawTable = (titles: readonly string[], rows: readonly HTMLElement[][], click: (row: number) => void): void => {
    status.textContent = plural(rows.length, 'line')
    if (rows.length === 0) {
      view.replaceChildren(make('p', 'Nothing matches.', 'empty'))
      return
    }
    const table = make('table', '', 'list')
    const head = make('tr')
    for (const text of titles) {
      const th = make('th', text)
      th.setAttribute('scope', 'col')
      head.append(th)
    }
    const thead = make('thead')
    thead.append(head)
    const body = make('tbody')
    rows.forEach((cells, index) => {
      const tr = make('tr')
      tr.tabIndex = 0
      for (const content of cells) {
        const td = make('td')
        td.append(content)
        tr.append(td)
      }
      tr.addEventListener('click', () => click(index))
      tr.addEventListener('keydown', ({ key }) => {
        if (key === 'Enter') click(index)
      })
      body.append(tr)
    })
    table.append(thead, body)
    const scroll = make('div', '', 'card scroll')
    scroll.append(table)
    view.replaceChildren(scroll)
  }

  const drawList = (): void => {
    const ids = meant()
    const has = (list: readonly number[]): boolean => list.some((id) => ids.has(id))
    const rows = data.rows.filter(({ sources, destinations }) => {
      if (!isFiltered()) return true
      if (direction.value === 'ingress') return has(destinations)
      if (direction.value === 'egress') return has(sources)
      return has(sources) || has(destinations)
    })
    const cells = rows.map(({ from, to, connections, reason }) => {
      const tag = make(
        'span',
        connections,
        `tag ${reason === '' ? (connections === 'all' ? 'all' : 'some') : 'depends'}`,
      )
      const last = make('div')
      last.append(tag)
      if (reason !== '') last.append(make('div', reason, 'note'))
      return [make('span', from), make('span', to), last]
    })
    drawTable(['From', 'To', 'Connections'], cells, (index) => {
      const row = rows[index]
      if (!row) return
      const named = (title: string, list: readonly number[]): HTMLElement[] => {
        const ul = make('ul', '', 'plain')
        for (const id of list) ul.append(make('li', nameOf(id)))
        return [make('h3', `${title} (${list.length})`), ul]
      }
      showDetails(
        heading(row.connections),
        make('div', row.reason, 'note'),
        ...named('From', row.sources),
        ...named('To', row.destinations),
      )
    })
  }

  const drawExposure = (): void => {
    const ids = meant()
    const lines = data.exposure.flatMap(({ endpoints, direction: way, to }) => {
      const shown = endpoints.filter((id) => ids.has(id))
      if (shown.length === 0 || (direction.value !== '' && direction.value !== way)) return []
      const who = shown.slice(0, 8).map(nameOf).join(', ') + (shown.length > 8 ? ` and ${shown.length - 8} more` : '')
      const entries = to.length === 0 ? [{ who: 'no pod at all', open: '', note: '' }] : to
      return entries.map((one) => ({ ...one, id: shown[0] ?? 0, subject: who, way }))
    })
    const cells = lines.map(({ subject, way, who, open, note }) => {
      const last = make('div')
      if (open !== '') last.append(make('span', open, `tag ${open === 'all' ? 'all' : 'some'}`))
      if (note !== '') last.append(make('div', note, 'note'))
      return [
        make('span', subject),
        make('span', way === 'ingress' ? 'could be reached from' : 'could reach'),
        make('span', who),
        last,
      ]
    })
    drawTable(['Workload', '', 'Pods that could exist', 'Connections'], cells, (index) =>
      showEndpoint(lines[index]?.id ?? 0),
    )
  }

  const draw = (): void => {
    for (const tab of document.querySelectorAll<HTMLElement>('[role="tab"]')) {
      const isCurrent = tab.dataset['view'] === current
      tab.setAttribute('aria-selected', `${isCurrent}`)
      tab.tabIndex = isCurrent ? 0 : -1
    }
    byId('key').hidden = current !== 'matrix'
    byId('mixed').hidden = grouping.value !== 'namespace'
    grouping.disabled = current !== 'matrix'
    if (current === 'matrix') drawMatrix()
    else if (current === 'list') drawList()
    else drawExposure()
  }

  for (const name of [...new Set(data.endpoints.map((endpoint) => endpoint.namespace))].sort()) {
    if (name === '') continue
    const option = make('option', name) as HTMLOptionElement
    option.value = name
    namespace.append(option)
  }
  grouping.value = model.bestGrouping(MOST_MARKS)
  for (const control of [namespace, direction, grouping]) control.addEventListener('change', draw)
  search.addEventListener('input', draw)
  wire((chosen) => {
    current = chosen as typeof current
    draw()
  })
  draw()
}
