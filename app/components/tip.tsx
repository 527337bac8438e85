'use client'

import { useEffect, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { classNames } from '../class-names'
import styles from './tip.module.css'

const MARGIN = 8

let shown: HTMLElement | null = null

/**
 * Shows a text beside its control, above everything and never cut off: for texts that a row has no room for. Escape and a press
 * elsewhere close it, as with any popover.
 */
export function showTip(control: HTMLElement, text: string): void {
  if (shown === null) return
  shown.textContent = text
  if (!isOpen(shown)) shown.showPopover()
  const anchor = control.getBoundingClientRect()
  const { width, height } = shown.getBoundingClientRect()
  const left = Math.min(anchor.left, window.innerWidth - width - MARGIN)
  const below = anchor.bottom + MARGIN / 2
  const top = below + height > window.innerHeight - MARGIN ? anchor.top - height - MARGIN / 2 : below
  shown.style.left = `${Math.max(MARGIN, left)}px`
  shown.style.top = `${Math.max(MARGIN, top)}px`
}

const isOpen = (tip: HTMLElement | null) => tip?.matches(':popover-open') ?? false

/** The page's single element that `showTip` uses. */
export function Tip() {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    shown = place.current
    const hide = () => {
      if (isOpen(shown)) shown?.hidePopover()
    }
    window.addEventListener('resize', hide)
    return () => {
      window.removeEventListener('resize', hide)
      shown = null
    }
  }, [])
  return <div ref={place} className={styles.tip} popover="auto" role="status" data-testid="tip" />
}

/** Properties that make an element show a text at a press, by mouse, touch or keyboard, and also in its title. */
export function wholeAtPress(text: string) {
  return {
    role: 'button',
    tabIndex: 0,
    title: text,
    'data-whole': 'tip',
    onClick: (event: MouseEvent<HTMLElement>) => showTip(event.currentTarget, text),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      // The browser closes the tip; the dialog around it must stay open.
      if (event.key === 'Escape' && isOpen(shown)) event.stopPropagation()
      if (event.key !== 'Enter' && event.key !== ' ') return
      // The space bar would scroll the page.
      event.preventDefault()
      showTip(event.currentTarget, text)
    },
  }
}

/** A text that is shortened here and shown in full at a press. */
export function Whole({
  text,
  className,
  children,
}: {
  text: string
  className: string | undefined
  children: ReactNode
}) {
  return (
    <span className={classNames(styles.whole, className)} {...wholeAtPress(text)}>
      {children}
    </span>
  )
}
