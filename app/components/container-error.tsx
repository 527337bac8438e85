import styles from './container-error.module.css'
import { Prose } from './outside'

/** The error that Docker tells of a container, in Docker's words. */
export function ContainerError({ text }: { text: string }) {
  return (
    <p className={styles.error}>
      Docker’s error: <Prose text={text} />
    </p>
  )
}
