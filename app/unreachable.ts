/** Says that no answer came. In a file of its own: the page needs it where it can load no more code. */
export const unreachableText = 'No answer came at all. Check that the dashboard runs, and the network.'
