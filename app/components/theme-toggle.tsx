'use client'

import { useSyncExternalStore } from 'react'
import type { Theme } from '../theme'
import { chooseTheme, currentTheme, onThemeChange, themes } from '../theme'
import { Glyph } from './icons'
import controls from './controls.module.css'

/** Cycles through the themes: the system's, light, dark. */
export function ThemeToggle() {
  const theme = useSyncExternalStore<Theme>(onThemeChange, currentTheme, () => 'system')
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  const label = `Theme: ${theme}. Switch to ${next}`
  return (
    <button
      className={controls.iconButton}
      type="button"
      data-testid="theme"
      aria-label={label}
      title={label}
      onClick={() => chooseTheme(next)}
    >
      <Glyph id={`i-${theme}`} />
    </button>
  )
}
