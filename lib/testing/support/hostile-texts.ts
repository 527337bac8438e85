/**
 * Texts with invisible or reordering characters: a sample of each kind, with `x` and `y` around it. The displayed form must contain
 * none of these characters, see `UNSEEN`.
 */
export const hostileTexts: Record<string, string> = {
  'right-to-left override': 'x\u202ey',
  'other overrides and embeddings': 'x\u202a\u202b\u202c\u202dy',
  isolates: 'x\u2066\u2067\u2068\u2069y',
  'direction marks': 'x\u200e\u200f\u061cy',
  'zero-width characters': 'x\u200b\u200c\u200d\u2060\ufeffy',
  'nothing but a zero-width space': '\u200b',
  'invisible operators': 'x\u2061\u2062\u2063\u2064y',
  'deprecated format characters': 'x\u206a\u206b\u206c\u206d\u206e\u206fy',
  'soft hyphen and joiner of graphemes': 'x\u00ad\u034fy',
  'blank letters': 'x\u115f\u1160\u3164\uffa0\u2800y',
  'nothing but a blank letter': '\u3164',
  'Khmer and Mongolian controls': 'x\u17b4\u17b5\u180b\u180c\u180d\u180e\u180fy',
  'variation selectors': 'x\ufe00\ufe0e\ufe0f\u{e0100}\u{e01ef}y',
  tags: 'x\u{e0001}\u{e0041}\u{e007f}y',
  'tags after a flag': 'x\u{1f3f4}\u{e0068}\u{e0069}\u{e007f}y',
  'interlinear annotation': 'x\ufff9\ufffa\ufffby',
  'musical and hieroglyphic controls': 'x\u{1d159}\u{1d173}\u{1d17a}\u{13430}\u{13440}y'.replace('\u{13440}', ''),
  'line and paragraph separators': 'x\u2028\u2029y',
  'control characters': 'x\u0000\u0001\u0008\u000b\u000c\u000e\u001b\u001c\u007fy',
  'control characters of 8 bits': 'x\u0080\u0085\u0090\u009b\u009fy',
  'half a character, first': 'x\ud83dy',
  'half a character, second': 'x\udc00y',
  noncharacters: 'x\ufdd0\ufffe\uffff\u{1ffff}\u{10ffff}y',
  'marks that climb over other lines': `x${'\u0301'.repeat(20)}y`,
}

/** Every character that is invisible in a displayed text. Five combining marks in a row count too. */
export const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\u{13430}-\u{1343f}\u{16fe4}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{1fffe}\u{1ffff}\u{e0000}-\u{e0fff}\u{10fffe}\u{10ffff}]|[\u0300-\u036f]{5}/u

/** Normal texts in which nothing may be marked. */
export const honestTexts: Record<string, string> = {
  ASCII: 'feat/014-invoice: add tables (#12) <b>',
  'Latin with accents': 'Übergröße café naïve Việt Nam',
  'accents of their own': 'cafe\u0301 Vie\u0323\u0302t',
  Hebrew: 'בדיקות תשלום',
  'Hebrew with points': 'בְּרֵאשִׁ֖ית',
  Arabic: 'إصلاح الفواتير',
  'Persian with non-joiners': 'می\u200cخواهم نمونه\u200cها',
  'Hindi with joiners': 'क्\u200dष र्\u200cय',
  'Bengali with a joiner': 'র\u200d্যাম',
  Sinhala: 'ශ්\u200dරී',
  Thai: 'น้ำ ที่นี่',
  Chinese: '修复发票导入',
  'Japanese with a variant': '葛\u{e0100}飾区のテスト',
  Korean: '송장 가져오기',
  'Mongolian with selectors': 'ᠮᠣᠩᠭᠣᠯ\u180eᠠ ᠬ\u180bᠠ',
  emoji: '🚀 ✅ ❤\ufe0f ☎\ufe0e 👍🏽 1\ufe0f\u20e3 🇨🇭',
  'joined emoji': '👩\u200d💻 👨\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 👩🏽\u200d❤\ufe0f\u200d👨🏿',
  'flags of tags': '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  'private use, as in fonts of terminals': '\ue0b0 \uf09b main',
  'what was unreadable before it came': 'a\ufffdb',
}
