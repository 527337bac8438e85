/** Loads what a page needs only after its first paint: one import, so that the first script names its files once [PAGE-4.1]. */
export const lateParts = () => import('./parts')
