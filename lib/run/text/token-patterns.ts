/**
 * The patterns of tokens that show their kind by themselves, as their issuers describe them [SAFE-4.10]. The first group of each
 * pattern names the kind, and is not masked.
 */

/** Prefixes that may stand anywhere; letters, digits, `-` and `_` follow them. */
const BEFORE_WORDS = [
  // Providers of models.
  ...['sk-ant-', 'sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-or-v1-', 'nvapi-', 'tvly-', 'lsv2_pt_', 'lsv2_sk_'],
  // Source code, builds, packages and images.
  ...['github_pat_', 'glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glft-', 'glsoat-', 'gloas-', 'glagent-'],
  ...['pypi-AgEI', 'dckr_pat_', 'dckr_oat_', 'ATATT3x', 'ATCTT3x', 'sgp_', 'CCIPAT_', 'CCIPRJ_', 'bkua_', 'sntrys_'],
  // Clouds and data bases.
  ...['GOCSPX-', 'pscale_tkn_', 'pscale_pw_', 'pscale_oauth_', 'sb_secret_', 'fm2_', 'tskey-', 'HRKU-AA', 'glsa_'],
  // Chat, mail and money.
  ...['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-', 'figd_', 'sntryu_'],
  ...['cfut_', 'sq0atp-', 'sq0csp-', 'xkeysib-', 'xsmtpsib-', 'lin_api_', 'PMAK-', 'AGE-SECRET-KEY-1'],
]

/** Prefixes with no letter or digit before them; only letters and digits follow them. */
const BEFORE_LETTERS = [
  ...[
    'ghp_',
    'gho_',
    'ghu_',
    'ghs_',
    'ghr_',
    'npm_',
    'rubygems_',
    'CLOJARS_',
    'ATBB',
    'hf_',
    'api_org_',
    'gsk_',
    'xai-',
  ],
  ...['pplx-', 'csk-', 'r8_', 'sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_', 'shpat_', 'shpca_', 'shppa_'],
  ...['shpss_', 'phx_', 'dop_v1_', 'doo_v1_', 'dor_v1_', 'sbp_', 'nfp_', 'glc_', 'NRAK-', 'dapi', 'ntn_', 'LTAI'],
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'],
]

/** The beginning of a word, also after an escaped line break or tab within JSON. */
const WORD = String.raw`(?<=^|[^\w•-]|\\[nrt])`
const atWord = (pattern: string) => new RegExp(WORD + pattern, 'g')

/** The patterns of tokens. A text without `hint` holds no token of that kind. */
export const TOKENS: readonly { hint: string; pattern: RegExp }[] = [
  { hint: '', pattern: new RegExp(`(${BEFORE_WORDS.join('|')})[\\w-]{12,}`, 'g') },
  { hint: '', pattern: new RegExp(`(?<=^|[^A-Za-z0-9]|\\\\[nrt])(${BEFORE_LETTERS.join('|')})[A-Za-z0-9]{16,}`, 'g') },
  { hint: 'AIza', pattern: /(AIza)[\w-]{30,}/g },
  { hint: 'sk-', pattern: atWord('(sk-)[A-Za-z0-9]{20,}') },
  // Tokens of this server.
  { hint: 'gt_', pattern: atWord(String.raw`(gt_)[\w-]{43}(?![\w-])`) },
  // A JSON web token: three parts, or five if it is encrypted. The first part is the beginning of a JSON object.
  { hint: 'eyJ', pattern: atWord(String.raw`(eyJ)[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){1,3}`) },
  // The password in a URL, also one with an at sign; a token in the place of the user; a signature among the parameters.
  { hint: '://', pattern: /(:\/\/[^\s/@:"']{0,256}:)[^\s/"'•\u0000-\u001f\u007f-\u009f]{1,512}(?=@)/g },
  { hint: '://', pattern: /(:\/\/)(?=[A-Za-z_-]{0,256}\d)[\w-]{30,256}(?=@|:[\w-]{0,64}@)/g },
  { hint: 'ig', pattern: /([?&](?:X-Amz-Signature|X-Goog-Signature|sig|signature)=)[\w%+/=-]{16,}/gi },
  { hint: 'X-Amz-Security-Token', pattern: /(X-Amz-Security-Token=)[\w%+/=-]{16,}/g },
  { hint: 'ya29.', pattern: /(ya29\.)[\w-]{20,}/g },
  { hint: '1//0', pattern: atWord(String.raw`(1\/\/0)[\w-]{20,}`) },
  { hint: 'SK', pattern: atWord(String.raw`(SK)[0-9a-f]{32}(?![\w-])`) },
  { hint: 'key-', pattern: atWord(String.raw`(key-)[0-9a-f]{32}(?![\w-])`) },
  { hint: '-us', pattern: atWord(String.raw`()[0-9a-f]{32}-us\d{1,2}(?![\w-])`) },
  { hint: 'EAA', pattern: atWord(String.raw`(EAAA|EAACEdEose0cBA)[\w-]{40,}`) },
  { hint: 'secret_', pattern: atWord(String.raw`(secret_)[A-Za-z0-9]{40,}`) },
  { hint: 'fw_', pattern: atWord(String.raw`(fw_)[A-Za-z0-9]{20,}`) },
  { hint: 'oy2', pattern: atWord(String.raw`(oy2)[a-z0-9]{43}(?![\w-])`) },
  { hint: ':APA91b', pattern: /(:APA91b)[\w-]{30,}/g },
  { hint: '/webhookb2/', pattern: /(\/webhookb2\/)[\w@-]{30,}\/IncomingWebhook\/[\w/-]{30,}/g },
  { hint: 'SG.', pattern: atWord(String.raw`(SG\.)[\w-]{16,}\.[\w-]{16,}`) },
  { hint: 'hv', pattern: atWord(String.raw`(hv[sbr]\.)[\w-]{20,}`) },
  { hint: 'dp.', pattern: atWord(String.raw`(dp\.(?:pt|st|ct|sa|scim|audit)\.)[\w.-]{20,}`) },
  { hint: '.atlasv1.', pattern: /(\.atlasv1\.)[\w=-]{40,}/g },
  { hint: 'dt0', pattern: atWord(String.raw`(dt0[a-z]\d{2}\.)[A-Z0-9]{24}\.[A-Z0-9]{32,}`) },
  { hint: 'Q~', pattern: atWord(String.raw`(\w{3}\dQ~)[\w.~-]{31,}`) },
  { hint: ':AA', pattern: atWord(String.raw`(\d{8,10}:AA)[\w-]{32,}`) },
  { hint: 'hooks.slack.com/', pattern: /(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/]{20,}/g },
  { hint: '/api/webhooks/', pattern: /(\/api\/webhooks\/\d{10,20}\/)[\w-]{30,}/g },
  // The token of a bot: its number, a time, and a signature.
  { hint: '.', pattern: atWord(String.raw`([MNO])[A-Za-z\d]{23,27}\.[\w-]{6}\.[\w-]{27,}`) },
]
