import { Window } from 'happy-dom'
import { afterAll, afterEach, expect, it, vi } from 'vitest'

const window = new Window({ url: 'http://localhost/' })
vi.stubGlobal('window', window)
vi.stubGlobal('self', window)
for (const name of ['document', 'navigator', 'HTMLElement', 'Element', 'Node', 'HTMLIFrameElement'])
  vi.stubGlobal(name, Reflect.get(window, name))

const { flushSync } = await import('react-dom')
const { createRoot } = await import('react-dom/client')
const { Notices } = await import('./notices')
const { shownNotice } = await import('./shown-notice')

const ends: (() => void)[] = []
afterEach(() => {
  flushSync(() => shownNotice.show(null))
  ends.splice(0).forEach(end => end())
})
afterAll(async () => {
  await window.happyDOM.close()
})

function open() {
  const page = document.createElement('div')
  const outside = document.createElement('button')
  document.body.append(outside, page)
  const root = createRoot(page)
  flushSync(() => root.render(<Notices />))
  ends.push(() => {
    root.unmount()
    page.remove()
    outside.remove()
  })
  const button = (name: string) =>
    [...page.querySelectorAll('button')].find(each => (each.getAttribute('aria-label') ?? each.textContent) === name)
  return {
    status: page.querySelector('[role=status]'),
    show: () => flushSync(() => shownNotice.take({ text: 'removed', undo: () => new Promise(() => undefined) })),
    copy: () => flushSync(() => shownNotice.take({ text: 'Copied run id.', isShown: true })),
    button,
  }
}

it('[NOTICE-1.2] says a copy beside a notice that can be taken back', () => {
  const page = open()
  page.show()
  page.copy()
  expect(page.status?.textContent).toMatch(/^removed.*Copied run id\.$/)
  expect(page.button('Undo')).toBeDefined()
})
