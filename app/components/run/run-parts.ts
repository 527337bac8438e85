/** Loads what a run's page shows beside its first paint: one import, so that the first script names its files once [PAGE-4.1]. */
export const runParts = () => import('./late-parts')
