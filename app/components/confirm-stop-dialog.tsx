import type { ReactNode } from 'react'
import type { Answer } from '../api'
import { say } from '../notice'
import { Dialog } from './dialog'
import { Glyph } from './icons'
import { Refusal, useRequest } from './use-request'
import controls from './controls.module.css'
import dialog from './dialog.module.css'

interface ConfirmStopDialogProps {
  title: string
  /** The label of the stop button, and its label while the answer is awaited. */
  action: string
  asking: string
  stop: () => Promise<Answer<unknown>>
  /** The notice after the stop was accepted. */
  done: string
  onClose: () => void
  children: ReactNode
}

/** Asks for a confirmation before something is stopped; the button that cancels comes first. */
export function ConfirmStopDialog({ title, action, asking, stop, done, onClose, children }: ConfirmStopDialogProps) {
  const { busy, refusal, send } = useRequest()
  const isDone = () => {
    onClose()
    say({ text: done })
  }
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <Refusal what="Not stopped">{refusal}</Refusal>
      <footer className={dialog.foot}>
        <button className={controls.button} type="button" data-first onClick={onClose}>
          Let it run
        </button>
        <button className={controls.primaryButton} type="button" disabled={busy} onClick={() => send(stop(), isDone)}>
          <Glyph id="i-stop" />
          {busy ? asking : action}
        </button>
      </footer>
    </Dialog>
  )
}
