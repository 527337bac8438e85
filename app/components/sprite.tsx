'use client'

import styles from './icons.module.css'

/**
 * Every symbol of the site, once per document; `Glyph` draws them by id. Outlines alone distinguish statuses, without colour. A
 * verdict has two strokes, the claim above the evidence. It is a client component so that the symbols occur once, in the HTML, and
 * not again in the payload.
 */
export function Sprite() {
  return (
    <svg className={styles.sprite} aria-hidden="true" focusable="false">
      <symbol id="mark" viewBox="0 0 20 20">
        <path d="M2 4.25h16" stroke="currentColor" strokeWidth="2.5" />
        <path d="M10 7.5v9M10 7.5l-6 8M10 7.5l6 8" stroke="currentColor" strokeWidth="1.75" fill="none" />
      </symbol>

      <symbol id="s-pending" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="s-idle" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="s-starting" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.75" strokeDasharray="3.2 2.56" />
        <circle cx="8" cy="8" r="1.75" fill="currentColor" />
      </symbol>
      <symbol id="s-running" viewBox="0 0 16 16">
        <path d="M4 2.2v11.6L14 8z" fill="currentColor" />
      </symbol>
      <symbol id="s-completed" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.5" fill="currentColor" />
        <path d="M4.9 8.2l2.2 2.2 4-4.6" fill="none" stroke="var(--on)" strokeWidth="1.75" />
      </symbol>
      <symbol id="s-failed" viewBox="0 0 16 16">
        <path d="M8 .6L15.4 8 8 15.4.6 8z" fill="currentColor" />
        <path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" stroke="var(--on)" strokeWidth="1.75" />
      </symbol>
      <symbol id="s-aborted" viewBox="0 0 16 16">
        <rect x="2" y="2" width="12" height="12" rx="1" fill="currentColor" />
        <path d="M5 8h6" stroke="var(--on)" strokeWidth="2" />
      </symbol>

      <symbol id="l-live" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <circle cx="8" cy="8" r="2.75" fill="currentColor" />
      </symbol>
      <symbol id="l-stale" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="3 1.7" />
        <path d="M8 4.6V8l2.4 1.6" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="l-down" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="7" fill="currentColor" />
        <path d="M4.8 8h1.8M9.4 8h1.8M10.4 4.4L5.6 11.6" stroke="var(--on)" strokeWidth="1.5" />
      </symbol>
      <symbol id="l-off" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M3.9 12.1l8.2-8.2" stroke="currentColor" strokeWidth="1.5" />
      </symbol>

      <symbol id="v-agrees" viewBox="0 0 16 16">
        <path d="M2 5.5h12M2 10.5h12" stroke="currentColor" strokeWidth="2" />
      </symbol>
      <symbol id="v-ghost" viewBox="0 0 16 16">
        <path d="M2 5h12" stroke="currentColor" strokeWidth="3" />
        <path d="M2 11h12" stroke="currentColor" strokeWidth="3" strokeDasharray="1.5 2" />
      </symbol>
      <symbol id="v-orphan" viewBox="0 0 16 16">
        <path d="M2 5h12" stroke="currentColor" strokeWidth="3" strokeDasharray="1.5 2" />
        <path d="M2 11h12" stroke="currentColor" strokeWidth="3" />
      </symbol>
      <symbol id="v-late" viewBox="0 0 16 16">
        <path d="M2 5h12" stroke="currentColor" strokeWidth="3" />
        <path d="M2 11h5.5" stroke="currentColor" strokeWidth="3" />
        <path d="M9 8.2v5.6" stroke="currentColor" strokeWidth="1.75" />
      </symbol>
      <symbol id="v-conflict" viewBox="0 0 16 16">
        <path d="M2 5.5h12M2 10.5h12" stroke="currentColor" strokeWidth="2" />
        <path d="M11.6 1.8L4.4 14.2" stroke="currentColor" strokeWidth="2" />
      </symbol>
      <symbol id="v-local" viewBox="0 0 16 16">
        <path d="M2 8h12" stroke="currentColor" strokeWidth="3" />
      </symbol>
      <symbol id="v-unknown" viewBox="0 0 16 16">
        <path d="M2 5h12" stroke="currentColor" strokeWidth="3" />
        <path d="M2.5 13l2.6-4M6.7 13l2.6-4M10.9 13l2.6-4" stroke="currentColor" strokeWidth="1.5" />
      </symbol>

      <symbol id="i-search" viewBox="0 0 16 16">
        <circle cx="7" cy="7" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M10.2 10.2L14 14" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="i-copy" viewBox="0 0 16 16">
        <rect x="5.25" y="5.25" width="8" height="8" rx="1" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M3 10.5V3.25A.5.5 0 0 1 3.5 2.75h7" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="i-tick" viewBox="0 0 16 16">
        <path d="M3 8.5l3.4 3.4L13 4.5" fill="none" stroke="currentColor" strokeWidth="1.75" />
      </symbol>
      <symbol id="i-close" viewBox="0 0 16 16">
        <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="i-up" viewBox="0 0 16 16">
        <path d="M3.5 10L8 5.5l4.5 4.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="i-down" viewBox="0 0 16 16">
        <path d="M3.5 6L8 10.5 12.5 6" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="i-follow" viewBox="0 0 16 16">
        <path d="M8 2v8.5M4 7l4 4 4-4M3 14h10" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="i-download" viewBox="0 0 16 16">
        <path
          d="M8 2v7.5M4.5 6.5L8 10l3.5-3.5M2.75 10.5v2.75h10.5V10.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
        />
      </symbol>
      <symbol id="i-wrap" viewBox="0 0 16 16">
        <path
          d="M2 4h12M2 8h9.5a2 2 0 0 1 0 4H8.5M10.2 10.2L8.3 12l1.9 1.8M2 12h3.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
        />
      </symbol>
      <symbol id="i-stop" viewBox="0 0 16 16">
        <rect x="3.75" y="3.75" width="8.5" height="8.5" rx="1" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="i-play" viewBox="0 0 16 16">
        <path d="M4.75 3v10L13 8z" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="i-branch" viewBox="0 0 16 16">
        <circle cx="4.5" cy="3.5" r="1.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <circle cx="4.5" cy="12.5" r="1.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <circle cx="11.5" cy="5.5" r="1.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M4.5 5.25v5.5M11.5 7.25c0 2.4-4 2-6.4 3.8" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="i-system" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 2.75a5.25 5.25 0 0 1 0 10.5z" fill="currentColor" />
      </symbol>
      <symbol id="i-light" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="3" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path
          d="M8 1v2M8 13v2M1 8h2M13 8h2M3.05 3.05l1.4 1.4M11.55 11.55l1.4 1.4M12.95 3.05l-1.4 1.4M4.45 11.55l-1.4 1.4"
          stroke="currentColor"
          strokeWidth="1.5"
        />
      </symbol>
      <symbol id="i-dark" viewBox="0 0 16 16">
        <path
          d="M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
        />
      </symbol>
    </svg>
  )
}
