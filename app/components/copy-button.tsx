'use client'

import { useContext, useEffect, useState } from 'react'
import { unseenIn } from '../../lib/run/text/display-text'
import { say } from '../notice'
import { Glyph } from './icons'
import { TabStop } from './tab-stop'
import controls from './controls.module.css'
import styles from './copy-button.module.css'

const REFUSED = 'The browser refused the clipboard.'

/**
 * Copies a text unchanged and says whether that worked [NOTICE-1.1]. Invisible characters are copied too, and named beside the button
 * [SAFE-4.9].
 */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const tabIndex = useContext(TabStop)
  const [told, setTold] = useState<'copied' | 'refused' | null>(null)
  useEffect(() => {
    if (told === null) return
    say({ text: told === 'copied' ? `Copied ${what}.` : REFUSED, isShown: true })
    const timer = setTimeout(() => setTold(null), 2_000)
    return () => clearTimeout(timer)
  }, [told, what])

  const unseen = unseenIn(text)
  const label =
    unseen.length === 0 ? `Copy ${what}` : `Copy ${what}, also what can’t be seen of it: ${unseen.join(', ')}`
  const copy = async () => {
    try {
      // `navigator.clipboard` is missing on a page that is reached over plain HTTP by a host name: this counts as a refusal too.
      await navigator.clipboard.writeText(text)
      setTold('copied')
    } catch {
      setTold('refused')
    }
  }

  const button = (
    <button
      className={controls.smallIconButton}
      type="button"
      tabIndex={tabIndex}
      aria-label={label}
      title={told === 'refused' ? REFUSED : label}
      onClick={() => void copy()}
    >
      <Glyph id={told === 'copied' ? 'i-tick' : told === 'refused' ? 'i-close' : 'i-copy'} />
    </button>
  )
  if (unseen.length === 0) return button
  return (
    <>
      {button}
      <span className={styles.unseen} title={label}>
        copies {unseen.length === 1 ? unseen[0] : `${unseen[0] ?? ''} …`}
      </span>
    </>
  )
}
