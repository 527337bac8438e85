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
    outside,
    status: page.querySelector('[role=status]'),
    show: () => flushSync(() => shownNotice.take({ text: 'removed', undo: () => new Promise(() => undefined) })),
    copy: () => flushSync(() => shownNotice.take({ text: 'Copied run id.', isShown: true })),
    button,
    focus: (name: string) => button(name)?.focus(),
    press: (name: string) => flushSync(() => button(name)?.click()),
  }
}

it.each(['Undo', 'Close this notice'])('[NOTICE-1.4] %s gives the focus back to what had it before', name => {
  const page = open()
  page.show()
  page.outside.focus()
  page.focus(name)
  expect(document.activeElement).toBe(page.button(name))
  page.press(name)
  expect(page.button('Undo')).toBeUndefined()
  expect(document.activeElement).toBe(page.outside)
})

it.each(['Undo', 'Close this notice'])('[NOTICE-1.4] %s gives the focus to the status where that is gone', name => {
  const page = open()
  page.show()
  page.outside.focus()
  page.focus(name)
  page.outside.remove()
  page.press(name)
  expect(document.activeElement).toBe(page.status)
})

it('[NOTICE-1.3] says that it is brought back, and offers that no second time', () => {
  const page = open()
  page.show()
  page.press('Undo')
  expect(page.status?.textContent).toBe('Bringing it back…')
  expect(page.button('Undo')).toBeUndefined()
})

it('[NOTICE-1.2] says a copy beside a notice that can be taken back', () => {
  const page = open()
  page.show()
  page.copy()
  expect(page.status?.textContent).toMatch(/^removed.*Copied run id\.$/)
  expect(page.button('Undo')).toBeDefined()
})
