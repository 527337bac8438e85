'use client'

import type { ReactNode } from 'react'
import { useId, useLayoutEffect, useRef } from 'react'
import { Glyph } from './icons'
import controls from './controls.module.css'
import styles from './dialog.module.css'

/**
 * A modal dialog, open as long as it is rendered. Escape, the cross and a click beside it close it. The focus begins at the element
 * marked `data-first`; without one, at the dialog itself. Afterwards the element that had it before gets it back.
 */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  // The focus goes back while the dialog is still there: never to nothing in between.
  useLayoutEffect(() => {
    const element = dialog.current
    const opener = document.activeElement
    element?.showModal()
    ;(element?.querySelector<HTMLElement>('[data-first]') ?? element)?.focus()
    return () => {
      element?.close()
      // An action of the dialog may have moved the focus elsewhere.
      const isLost = document.activeElement === document.body || document.activeElement === null
      if (isLost && opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      tabIndex={-1}
      aria-labelledby={heading}
      onCancel={event => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={event => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className={styles.body}>
        <header className={styles.head}>
          <h2 id={heading}>{title}</h2>
          <button className={controls.iconButton} type="button" aria-label="Close" onClick={onClose}>
            <Glyph id="i-close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
