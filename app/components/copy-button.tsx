'use client'

import { useEffect, useState } from 'react'
import { Glyph } from './marks'

/** Copies a text and says whether that worked. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [told, setTold] = useState<'copied' | 'refused' | null>(null)
  useEffect(() => {
    if (told === null) return
    const timer = setTimeout(() => setTold(null), 2_000)
    return () => clearTimeout(timer)
  }, [told])

  const copy = async () => {
    try {
      // Missing altogether on a page reached over plain HTTP by name: that too is a refusal.
      await navigator.clipboard.writeText(text)
      setTold('copied')
    } catch {
      setTold('refused')
    }
  }

  return (
    <button
      className="icon-button small"
      type="button"
      aria-label={`Copy ${what}`}
      title={told === 'refused' ? 'The browser refused the clipboard' : `Copy ${what}`}
      onClick={() => void copy()}
    >
      <Glyph id={told === 'copied' ? 'i-tick' : told === 'refused' ? 'i-close' : 'i-copy'} />
      <span className="sr" role="status">
        {told}
      </span>
    </button>
  )
}
