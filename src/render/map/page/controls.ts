// The controls of a map's page that are not about the map: tabs, the key for the search, light and dark.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Stands alone: its text is part of the page. `choose` gets the name of the view whose tab is chosen. */
export function wireControls(choose: (view: string) => void): void {
  const tabs = [...document.querySelectorAll<HTMLElement>('[role="tab"]')]
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener('click', () => choose(tab.dataset['view'] ?? ''))
    tab.addEventListener('keydown', ({ key }) => {
      const next = key === 'ArrowRight' ? tabs[at + 1] : key === 'ArrowLeft' ? tabs[at - 1] : undefined
      next?.focus()
      next?.click()
    })
  }
  const search = document.getElementById('search')
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || document.activeElement === search) return
    event.preventDefault()
    search?.focus()
  })
  document.getElementById('theme')?.addEventListener('click', () => {
    const { dataset } = document.documentElement
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    dataset['theme'] = (dataset['theme'] ?? (dark ? 'dark' : 'light')) === 'dark' ? 'light' : 'dark'
  })
}
