import { memo, useId, type ReactNode } from 'react'
import type { Batch, BatchStatus, LinkState } from '../../lib/run/model'
import { claimLayers, seenLayers, type SeenKind } from '../segment-layers'
import styles from './segments-picture.module.css'

/**
 * The segmented bar of many batches as one picture: an element per status, not per batch. A change of one batch touches the layers
 * of its old and its new look alone.
 */
export function SegmentsPicture({ batches, old, docker }: { batches: Batch[]; old: boolean; docker: LinkState }) {
  const id = useId()
  return (
    <svg className={styles.picture} data-docker={docker} aria-hidden="true">
      <defs>
        <Texture id={`${id}-running`} width={5}>
          <rect className={styles.running} width={3} height="100%" />
        </Texture>
        <Texture id={`${id}-old`} width={4} turned>
          <rect className={styles.old} width={1} height="100%" />
        </Texture>
        <Texture id={`${id}-ghost`} width={5}>
          <rect className={styles.off} width={2} height="100%" />
        </Texture>
        <Texture id={`${id}-late`} width={10}>
          <rect className={styles.seen} width={4.5} height="100%" />
          <rect className={styles.off} x={6} width={4} height="100%" />
        </Texture>
      </defs>
      {claimLayers(batches).map(({ kind, path }) => (
        <ClaimLayer key={kind} id={`${id}-c-${kind}`} bar={id} status={kind} path={path} old={old} />
      ))}
      {docker !== 'off' &&
        seenLayers(batches).map(({ kind, path }) => (
          <SeenLayer key={kind} id={`${id}-s-${kind}`} bar={id} kind={kind} path={path} isCurrent={docker === 'live'} />
        ))}
    </svg>
  )
}

/** A texture of vertical strokes, or of oblique ones; it does not stretch with the bar. */
function Texture(props: { id: string; width: number; turned?: boolean; children: ReactNode }) {
  const { id, width, turned = false, children } = props
  return (
    <pattern
      id={id}
      width={width}
      height={18}
      patternUnits="userSpaceOnUse"
      patternTransform={turned ? 'rotate(45)' : undefined}
    >
      {children}
    </pattern>
  )
}

interface LayerProps {
  id: string
  /** The prefix of the ids of the bar's textures. */
  bar: string
  path: string
}

const ClaimLayer = memo(function ClaimLayer({
  id,
  bar,
  status,
  path,
  old,
}: LayerProps & { status: BatchStatus; old: boolean }) {
  const isOld = old && status !== 'pending'
  const texture = isOld ? 'old' : status === 'running' ? 'running' : null
  return (
    <>
      <Clip id={id} path={path} />
      <g clipPath={`url(#${id})`} data-status={status} data-old={isOld || undefined}>
        <rect className={styles.claim} width="100%" fill={texture === null ? undefined : `url(#${bar}-${texture})`} />
        <rect className={styles.edge} width="100%" height={1} />
        <rect className={styles.lowerEdge} width="100%" height={1} />
        {status === 'aborted' && !isOld && <rect className={styles.dash} width="100%" height={2} />}
      </g>
    </>
  )
})

const SeenLayer = memo(function SeenLayer({
  id,
  bar,
  kind,
  path,
  isCurrent,
}: LayerProps & { kind: SeenKind; isCurrent: boolean }) {
  const texture = kind === 'ghost' || (kind === 'late' && isCurrent) ? kind : null
  return (
    <>
      <Clip id={id} path={path} />
      <g clipPath={`url(#${id})`} data-seen={kind} data-old={!isCurrent || undefined}>
        <rect
          className={styles.evidence}
          width="100%"
          height={3}
          fill={texture === null ? undefined : `url(#${bar}-${texture})`}
        />
      </g>
    </>
  )
})

function Clip({ id, path }: { id: string; path: string }) {
  return (
    <clipPath id={id} clipPathUnits="objectBoundingBox">
      <path d={path} />
    </clipPath>
  )
}
