/** Where the browser keeps whether rows are compact: `on` or `off`. */
export const COMPACT_KEY = 'groundtruth-compact'

/** The part of the script before the first paint that makes rows compact. */
export const densityScript = `try{if(localStorage.getItem('${COMPACT_KEY}')==='on')document.documentElement.dataset.density='compact'}catch(e){}`

/** Makes the rows of this page compact, or not. */
export function paintDensity(isCompact: boolean): void {
  if (isCompact) document.documentElement.dataset['density'] = 'compact'
  else delete document.documentElement.dataset['density']
}
