import { useEffect, useState, useSyncExternalStore, type ComponentType } from 'react'
import { LatePart } from '../../lib/client/late'

/** How long to wait before loading again, ms. */
const RETRY_MS = 2_000

/**
 * A component that is loaded beside the first paint, for what the first HTML never shows. While it can't be loaded, the page has no
 * connection and says so [SYNC-8.4].
 * @param Pending is shown in its place until then
 */
export function lateComponent<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Pending: ComponentType<P> = nothing,
) {
  const part = new LatePart(load)
  return function Late(props: P) {
    const [shown, show] = useState<ComponentType<P> | null>(null)
    // The server has the part, too, but the first HTML and the render that takes it over are without it.
    const loaded = useSyncExternalStore(
      never,
      () => part.loaded,
      () => null,
    )
    const Loaded = shown ?? loaded
    useEffect(() => {
      let timer: ReturnType<typeof setTimeout> | undefined
      let gone = false
      if (part.loaded) return
      const get = () =>
        part.get().then(
          component => {
            if (!gone) show(() => component)
          },
          () => {
            if (!gone) timer = setTimeout(() => void get(), RETRY_MS)
          },
        )
      void get()
      return () => {
        gone = true
        clearTimeout(timer)
      }
    }, [])
    return Loaded ? <Loaded {...props} /> : <Pending {...props} />
  }
}

const never = () => nothing
const nothing = () => null
