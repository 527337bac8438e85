import { shownName } from '../../lib/run/text/display-text'
import { Name } from './outside'
import { Whole } from './tip'
import { useVisitor } from './visitor'
import controls from './controls.module.css'
import styles from './user-menu.module.css'

/** The signed-in person, and the button to sign out; nothing if no sign-in is required. */
export function UserMenu() {
  const { name, role, canSignOut } = useVisitor()
  if (name === null) return null
  return (
    <form className={styles.userMenu} method="post" action="/sign-out" data-testid="who" data-role={role}>
      <Whole className={styles.name} text={`${shownName(name)}, ${role}`}>
        <Name text={name} />, {role}
      </Whole>
      {canSignOut && (
        <button className={controls.smallButton} type="submit">
          Sign out
        </button>
      )}
    </form>
  )
}
