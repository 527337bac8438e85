import Link from 'next/link'
import type { Imported, Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { plural } from '../../labels'
import { lateComponent } from '../late-component'
import { Name } from '../outside'
import { Age, ClockTime } from '../time'
import { Banner } from '../banner'
import { runParts } from './run-parts'
import controls from '../controls.module.css'

const LateRemoveImport = lateComponent<{ importId: string }>(async () => (await runParts()).RemoveImport)

/** Says that the page is not live, when the recording was made, and where it comes from [IMP-2]. */
export function ImportBanner({ run, imported, gone }: { run: Snapshot; imported: Imported; gone: boolean }) {
  return (
    <Banner
      testid="import-banner"
      glyph="l-off"
      note
      action={
        <>
          {gone ? (
            <Link className={controls.button} href="/">
              Fleet
            </Link>
          ) : (
            <LateRemoveImport importId={imported.id} />
          )}
        </>
      }
    >
      <b>{gone ? 'This import was removed.' : 'An imported recording; nothing here is live.'}</b> A run of{' '}
      <Name text={run.backend} />, as of <ClockTime at={imported.until} />, <Age since={imported.until} /> ago.{' '}
      {!isOver(run.status) && 'It may have gone on since. '}
      {imported.unread > 0 &&
        `${plural(imported.unread, 'line')} of the file could not be read: something may be missing here.`}
    </Banner>
  )
}
