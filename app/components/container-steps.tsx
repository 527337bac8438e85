import Link from 'next/link'
import { useIsPast } from '../../lib/client/live'
import { shownName } from '../../lib/run/display-text'
import { shortId } from '../../lib/run/container-words'
import { CopyButton } from './copy-button'

/** What can be done about a finding's container: ask Docker about it, and go where it can be stopped (`page`). */
export function ContainerSteps({ containerId, page }: { containerId: string | null; page: boolean }) {
  const command = containerId === null ? null : `docker inspect ${shortId(containerId)}`
  if (useIsPast()) return null
  return (
    <>
      {command !== null && <CopyButton text={command} what={shownName(command)} />}
      {page && (
        <Link className="button" href={containerId === null ? '/containers' : `/containers#c-${shortId(containerId)}`}>
          Containers
        </Link>
      )}
    </>
  )
}
