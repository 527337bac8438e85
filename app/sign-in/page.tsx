import { redirect } from 'next/navigation'
import { currentRequestContext, type RequestContext } from '../../lib/server/request-context'
import { classNames } from '../class-names'
import { Glyph } from '../components/icons'
import { ThemeToggle } from '../components/theme-toggle'
import { rareRefusals } from '../rare-refusals'
import shell from '../components/app-shell.module.css'
import controls from '../components/controls.module.css'
import notice from '../components/notice.module.css'
import styles from './sign-in.module.css'

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

const refusals: Record<NonNullable<RequestContext['signIn']>, string> = {
  'unknown-token': rareRefusals.unknownToken(),
  'too-often': rareRefusals.tooManyTries(),
}

/** Asks for a token in a plain form, which works without scripts. The target after the sign-in is checked when the form is sent. */
export default async function SignInPage({ searchParams }: Props) {
  const { person, signIn } = currentRequestContext()
  if (person !== undefined) redirect('/')
  const { next } = await searchParams
  return (
    <>
      <title>Sign in</title>
      <header className={shell.topbar}>
        <p className={shell.brand}>
          <Glyph id="mark" />
          <span>Groundtruth</span>
        </p>
        <div className={shell.end}>
          <ThemeToggle />
        </div>
      </header>
      <main id="main" className={classNames(notice.notice, styles.signIn)}>
        <h1>Sign in</h1>
        <p>Groundtruth shows its runs to those who hold a token. Whoever runs this server makes one for you.</p>
        <form method="post" action="/sign-in">
          {typeof next === 'string' && <input type="hidden" name="next" value={next} />}
          <label className={controls.field}>
            <span>Token</span>
            <input
              className={classNames('id', controls.input)}
              name="token"
              type="password"
              required
              maxLength={200}
              autoComplete="current-password"
              autoFocus
              placeholder="gt_…"
            />
          </label>
          {signIn !== undefined && (
            <p className={styles.refusal} role="alert">
              <b>Not signed in.</b> {refusals[signIn]}
            </p>
          )}
          <button className={controls.primaryButton} type="submit">
            Sign in
          </button>
        </form>
      </main>
    </>
  )
}
