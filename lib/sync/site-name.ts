/** Whether a text can name a site: it is a part of addresses, of folders and of the keys of a store [SITE-1]. */
export const isSiteName = (text: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(text)
