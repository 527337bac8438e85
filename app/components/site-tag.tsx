import { Tag } from './icons'

/** The name of the site that something is at. */
export function SiteTag({ site }: { site: string }) {
  return (
    <span data-testid="site-tag" data-site={site} title={`At the site ${site}`}>
      <Tag>{site}</Tag>
    </span>
  )
}
