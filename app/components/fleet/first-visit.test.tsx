import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import { LiveProvider } from '../../../lib/client/live'
import type { Fleet } from '../../../lib/run/model'
import { VisitorProvider } from '../visitor'
import { FirstVisit } from './first-visit'

const nothing = () => {}
const shown = (role: 'viewer' | 'operator', link: Fleet['link'], stale = false) =>
  renderToString(
    <LiveProvider initialNow="2026-11-23T13:41:05.000Z">
      <VisitorProvider person={{ name: 'vic', role, canSignOut: true }}>
        <FirstVisit
          fleet={{ backend: 'http://127.0.0.1:3000', link }}
          known={stale ? 'old' : 'current'}
          stale={stale}
          onStart={nothing}
          onFollow={nothing}
        />
      </VisitorProvider>
    </LiveProvider>,
  ).replaceAll('<!-- -->', '')
const states = (page: string) => [...page.matchAll(/data-step="(\w+)"/g)].map(([, state]) => state)

it('[FLEET-5.2] tells an operator what is done and what is next, with the values to copy', () => {
  const page = shown('operator', { backend: 'live', docker: 'down' })
  expect(states(page)).toEqual(['done', 'next', 'later'])
  expect(page).toContain('This server hears')
  expect(page).toContain('DOCKER=off npm start')
  expect(page).toContain('Start a run…')
  expect(states(shown('operator', { backend: 'live', docker: 'live' }, true))).toEqual([
    'unknown',
    'unknown',
    'unknown',
  ])
})

it('[FLEET-5.2] tells a viewer what is so, without commands and buttons', () => {
  const page = shown('viewer', { backend: 'down', docker: 'live' })
  expect(states(page)).toEqual(['next', 'done', 'later'])
  expect(page).toContain('does not hear')
  expect(page).toContain('once an operator has started it')
  expect(page).not.toMatch(/npm start|<button/)
})
