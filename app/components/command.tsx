import { CopyButton } from './copy-button'

/** A command to run in a terminal, ready to be copied. */
export function Command({ text }: { text: string }) {
  return (
    <span className="command">
      <code>{text}</code>
      <CopyButton text={text} what="command" />
    </span>
  )
}
