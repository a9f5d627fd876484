// The arithmetic behind the page's matrix: groupings, and what a cell of a grouping says.
import { describe, expect, it } from 'vitest'
import type { PageData, PageEndpoint, PageLink } from './data.ts'
import { modelOf } from './model.ts'

function endpoint(label: string, kind = 'Deployment'): PageEndpoint {
  const [namespace = ''] = label.includes('/') ? label.split('/') : ['']
  return { label, namespace, kind, detail: '', hostNetwork: false }
}

function link(sources: number[], destinations: number[], level: PageLink['level'] = 'some'): PageLink {
  return { sources, destinations, allowed: 'tcp/80', depends: [], level }
}

const DATA: PageData = {
  title: '',
  profile: 'spec',
  endpoints: [
    endpoint('a/one'),
    endpoint('a/two'),
    endpoint('a/three'),
    endpoint('b/pod', 'Pod'),
    endpoint('the Internet'),
  ],
  links: [link([0, 1], [3]), link([3], [3], 'all'), link([4], [0, 1, 2], 'all')],
  rows: [],
  waysIn: [],
  exposure: [],
}

describe('the model of a page', () => {
  const model = modelOf(DATA)

  it('joins workloads of a namespace that answer alike', () => {
    expect(model.marks('single').map(({ members }) => members)).toEqual([[0], [1], [2], [3], [4]])
    expect(model.marks('alike').map(({ members }) => members)).toEqual([[0, 1], [2], [3], [4]])
    expect(model.marks('namespace').map(({ label }) => label)).toEqual(['a/* (3)', 'b/pod', 'the Internet'])
  })

  it('chooses the finest grouping that fits', () => {
    expect([5, 4, 3, 1].map((most) => model.bestGrouping(most))).toEqual(['single', 'alike', 'namespace', 'namespace'])
  })

  it('says of a cell what holds for every pair, and how many pairs are open where that differs', () => {
    const [a, pod, internet] = model.marks('namespace')
    if (!a || !pod || !internet) throw new Error('three marks')
    expect(model.cell(a, pod)).toMatchObject({ level: 'mixed', share: 2 / 3 })
    expect(model.cell(internet, a)).toEqual({ level: 'all', links: [2], share: 1 })
    expect(model.cell(a, internet)).toMatchObject({ level: 'none', share: 0 })
  })

  it('leaves out what a bare pod would say to another of its kind', () => {
    expect(model.inward(3).map(({ other }) => other)).toEqual([0, 1])
    const pod = model.marks('single')[3]
    expect(pod && model.cell(pod, pod).level).toBe('none')
  })
})
