import { useLayoutEffect, useRef, type ComponentProps } from 'react'

/** The area of a log without lines. It gives its focus to the area of the lines that take its place. */
export function EmptyArea(props: ComponentProps<'div'>) {
  const area = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { current } = area
    return () => {
      if (current === null || document.activeElement !== current) return
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return
        document.querySelector<HTMLElement>('#log [role="log"]')?.focus({ preventScroll: true })
      })
    }
  }, [])
  return <div ref={area} {...props} />
}
