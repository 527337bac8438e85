import { shownName } from '../../lib/run/display-text'
import { Name } from './outside'
import { Whole } from './tip'
import { useVisitor } from './visitor'

/** The signed-in person, and the button to sign out; nothing if no sign-in is required. */
export function UserMenu() {
  const { name, role, canSignOut } = useVisitor()
  if (name === null) return null
  return (
    <form className="who" method="post" action="/sign-out" data-testid="who" data-role={role}>
      <Whole className="who-name" text={`${shownName(name)}, ${role}`}>
        <Name text={name} />, {role}
      </Whole>
      {canSignOut && (
        <button className="button small" type="submit">
          Sign out
        </button>
      )}
    </form>
  )
}
