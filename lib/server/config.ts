import { isIPv4 } from 'node:net'
import { z } from 'zod'
import { accessVariables, readAccess, type AccessConfig } from './access/access-config'
import { readSites, type SiteConfig } from './site-config'

export interface Config {
  /** 0 lets the system pick. */
  port: number
  host: string
  /** At least one; the default one is the first. */
  sites: readonly SiteConfig[]
  /** Where recordings and secrets are kept; relative to the folder that the server was started in. */
  dataDir: string
  access: AccessConfig
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
}

/** Says what is wrong with the environment, in one sentence per variable. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
  }
}

/** The error for a data folder that is a file or lies below a file; null for any other failure. */
export function noFolder(dataDir: string, failure: unknown): ConfigError | null {
  const code = failure instanceof Error && 'code' in failure ? failure.code : undefined
  if (code !== 'ENOTDIR' && code !== 'EEXIST') return null
  return new ConfigError([`DATA_DIR: ${dataDir} is no folder. Set it to one.`])
}

/** Whether only this machine can reach the address or name: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

const environment = z.object({
  PORT: z
    .string()
    .default('4400')
    .refine(text => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'must be a whole number from 0 to 65535.')
    .transform(Number),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent.',
    })
    .default('info'),
  DATA_DIR: z.string().default('.groundtruth'),
  ...accessVariables,
})

/** Every variable that the server reads, and so may refuse [SAY-6]. */
export const variables = [
  ...environment.keyof().options,
  ...(['BACKEND_URL', 'BACKEND_URLS', 'DOCKER', 'DOCKER_HOST', 'DOCKER_HOSTS', 'DOCKER_CERT_PATH'] as const),
] as const

/**
 * Reads the configuration from environment variables; an empty variable counts as unset. Throws a `ConfigError` that names every
 * bad variable, or, if all are good, every contradiction between them: above all a HOST on the network without authentication
 * [SAFE-1].
 */
export function readConfig(variables: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
  const result = environment.safeParse(set)
  const { sites, problems: ofSites } = readSites(set)
  if (!result.success || ofSites.length > 0) {
    const issues = result.error?.issues ?? []
    throw new ConfigError([...issues.map(issue => `${issue.path.join('.')}: ${issue.message}`), ...ofSites])
  }
  const { PORT, HOST, LOG_LEVEL, DATA_DIR } = result.data
  const { access, problems } = readAccess(result.data, isLoopback(HOST))
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    port: PORT,
    host: HOST,
    sites,
    dataDir: DATA_DIR,
    access,
    logLevel: LOG_LEVEL,
  }
}
