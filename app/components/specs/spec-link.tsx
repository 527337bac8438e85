import Link from 'next/link'
import { specPath } from '../../paths'
import { useSite } from '../at-site'
import { Name } from '../outside'

/** The name of a spec as a link to its page; without a link if no address can hold the name. */
export function SpecLink({ spec }: { spec: string }) {
  const path = specPath(spec, useSite())
  if (path === null) return <Name text={spec} />
  return (
    <Link href={path} prefetch={false}>
      <Name text={spec} />
    </Link>
  )
}
