import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dockerAt, refusal, whyNoDocker } from './docker'

describe('whyNoDocker', () => {
  it('says why nobody answers', async () => {
    expect(await whyNoDocker(dockerAt('unix:///nowhere/docker.sock'))).toContain('ENOENT')
  })

  it('waits for an answer for 5 s', { timeout: 10_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'docker-test-'))
    const silent = createServer(socket => onTestFinished(() => void socket.destroy()))
    silent.listen(join(folder, 'docker.sock'))
    await once(silent, 'listening')
    onTestFinished(() => {
      silent.close()
      rmSync(folder, { recursive: true })
    })
    expect(await whyNoDocker(dockerAt(`unix://${folder}/docker.sock`))).toBe('no answer within 5 s')
  })

  // On other machines tests that need an Engine are skipped, by name; in CI none may be skipped.
  it.runIf(process.env['CI'] !== undefined)('finds an Engine wherever everything is checked', async () => {
    expect(await whyNoDocker()).toBeNull()
  })
})

describe('refusal', () => {
  it('is the status of an answer', () => {
    expect(refusal(Object.assign(new Error('gone'), { statusCode: 404 }))).toBe(404)
    expect(refusal(new Error('ECONNREFUSED'))).toBeNull()
    expect(refusal('text')).toBeNull()
  })
})
