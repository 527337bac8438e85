import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Line } from './agents/agent'

/** A tick of the script, ms: it notices new orders within this time. */
const TICK = 100
/** A held script ends after 20 minutes, so that it does not run forever after its test was killed. */
const LONGEST_HOLD = (20 * 60_000) / TICK

/**
 * The folder that an agent's container has at `/workspace`. It contains the files that control the agent: its script, which runs on
 * even if the backend dies, and the orders of a test.
 */
export class WorkTree {
  readonly #agent: string
  #said = 0

  constructor(readonly path: string) {
    this.#agent = join(path, '.agent')
  }

  /** Creates the folder, with a script of these lines, each after `gap` ms. */
  prepare(lines: readonly Line[], gap: number): void {
    mkdirSync(join(this.#agent, 'said'), { recursive: true })
    const rows = lines.flatMap(({ stream, text }) => text.split('\n').map(row => `${stream} ${row}\n`))
    writeFileSync(join(this.#agent, 'lines'), rows.join(''))
    writeFileSync(join(this.#agent, 'script'), script(gap))
  }

  hold(): void {
    this.#write('hold', '')
  }

  release(): void {
    rmSync(join(this.#agent, 'hold'), { force: true })
  }

  /** The script's exit code at its end. */
  exitWith(code: number): void {
    this.#write('exit', `${code}\n`)
  }

  /** The script takes all the memory that it can get. */
  eat(): void {
    this.#write('eat', '')
  }

  /** The script prints these lines within a tick. */
  say(lines: readonly Line[]): void {
    for (const [index, { stream }] of lines.entries()) {
      if (lines[index - 1]?.stream === stream) continue
      const changes = lines.findIndex((line, later) => later > index && line.stream !== stream)
      const together = lines.slice(index, changes === -1 ? lines.length : changes)
      this.#said += 1
      const name = `${String(this.#said).padStart(9, '0')}.${stream}`
      this.#write(join('said', name), together.map(({ text }) => `${text}\n`).join(''))
    }
  }

  /** Replaces the file in one step, so that the script never sees a partial file. */
  #write(name: string, text: string): void {
    const path = join(this.#agent, name)
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
  }
}

/**
 * The shell command in an agent's container that replaces the model. It sources the script, so that the script itself is process 1.
 */
export const RUNS_SCRIPT = '. ./.agent/script'

const script = (gap: number): string => {
  const ticks = Math.floor(gap / TICK)
  const rest = (gap - ticks * TICK) / 1000
  // Process 1 may ignore SIGTERM, as the real agent does, until it is killed: this trap ends the same way, but at once. A container
  // that ends at the moment when it runs out of memory may be gone before the Engine learns why.
  return `trap 'exit 137' TERM
cd .agent
say() {
  for file in said/*; do
    case $file in
    *.stdout) cat "$file" ;;
    *.stderr) cat "$file" >&2 ;;
    *) continue ;;
    esac
    rm "$file"
  done
}
tick() {
  if [ -e eat ]; then
    tail /dev/zero
    code=$?
    sleep 0.5
    exit "$code"
  fi
  say
  if [ "$1" != 0 ]; then sleep "$1"; fi
}
pause() {
  tick ${Number(rest.toFixed(3))}
  ticks=${ticks}
  while [ "$ticks" -gt 0 ]; do
    tick ${TICK / 1000}
    ticks=$((ticks - 1))
  done
}
while IFS= read -r row; do
  pause
  case $row in
  'stderr '*) printf '%s\\n' "\${row#stderr }" >&2 ;;
  *) printf '%s\\n' "\${row#stdout }" ;;
  esac
done <lines
pause
ticks=${LONGEST_HOLD}
while [ -e hold ] && [ "$ticks" -gt 0 ]; do
  tick ${TICK / 1000}
  ticks=$((ticks - 1))
done
say
code=0
if [ -e exit ]; then read -r code <exit; fi
exit "$code"
`
}
