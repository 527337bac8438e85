import Link from 'next/link'
import { useIsPast } from '../../lib/client/live'
import { shownName } from '../../lib/run/text/display-text'
import { shortId } from '../../lib/run/evidence/container-words'
import { classNames } from '../class-names'
import { CopyButton } from './copy-button'
import controls from './controls.module.css'
import finding from './finding-line.module.css'

/**
 * The next steps for a finding's container: a command that asks Docker about it, and a link to the page where it can be stopped
 * (`page`).
 */
export function ContainerSteps({ containerId, page }: { containerId: string | null; page: boolean }) {
  const command = containerId === null ? null : `docker inspect ${shortId(containerId)}`
  if (useIsPast()) return null
  return (
    <>
      {command !== null && <CopyButton text={command} what={shownName(command)} />}
      {page && (
        <Link
          className={classNames(controls.button, finding.step)}
          href={containerId === null ? '/containers' : `/containers#c-${shortId(containerId)}`}
        >
          Containers
        </Link>
      )}
    </>
  )
}
