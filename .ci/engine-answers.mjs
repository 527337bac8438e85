import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** `engine-answers.mjs SOCKET PID`: waits until the Docker Engine of this process answers there; fails after 60 s. */
const [socketPath, pid] = process.argv.slice(2)
const deadline = Date.now() + 60_000

const answers = () =>
  new Promise(resolve => {
    const request = get({ socketPath, path: '/_ping', signal: AbortSignal.timeout(5_000) })
    request.on('response', response => resolve(response.resume().statusCode === 200)).on('error', () => resolve(false))
  })

function lives() {
  try {
    return process.kill(Number(pid), 0)
  } catch {
    return false
  }
}

while (!(await answers())) {
  if (lives() && Date.now() < deadline) await sleep(100)
  else {
    console.error(lives() ? 'The Docker Engine did not answer within 60 s:' : 'The Docker Engine ended:')
    process.exit(1)
  }
}
