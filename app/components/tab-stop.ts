'use client'

import { createContext } from 'react'

/**
 * The `tabIndex` of the small controls inside: -1 in a list whose rows are one tab stop, where the row itself leads to all that they
 * offer [PAGE-16.1]. Undefined elsewhere: the browser's own order.
 */
export const TabStop = createContext<-1 | undefined>(undefined)
