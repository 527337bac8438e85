import { classNames } from '../class-names'
import { CopyButton } from './copy-button'
import { Name } from './outside'
import styles from './command.module.css'

/** A command to run in a terminal, ready to be copied. */
export function Command({ text, className }: { text: string; className?: string | undefined }) {
  return (
    <span className={classNames(styles.command, className)}>
      <code>
        <Name text={text} />
      </code>
      <CopyButton text={text} what="command" />
    </span>
  )
}
