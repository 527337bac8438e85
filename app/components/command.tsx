import { CopyButton } from './copy-button'
import { Name } from './outside'

/** A command to run in a terminal, ready to be copied. */
export function Command({ text }: { text: string }) {
  return (
    <span className="command">
      <code>
        <Name text={text} />
      </code>
      <CopyButton text={text} what="command" />
    </span>
  )
}
