import { useState, useSyncExternalStore } from 'react'
import { Dialog } from '../dialog'
import { keyList } from './keys'
import { play } from './sound'
import { compactRows, notifications, singleKeys, sounds } from './stored-choice'
import controls from '../controls.module.css'
import styles from './key-sheet.module.css'

/** The keys of the page, and the choice to do without those that need no modifier [PAGE-9.4]. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const isOn = useSyncExternalStore(singleKeys.listen, singleKeys.get)
  const isCompact = useSyncExternalStore(compactRows.listen, compactRows.get)
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <table className={styles.keys} data-off={!isOn || undefined}>
        <thead className="sr">
          <tr>
            <th scope="col">Key</th>
            <th scope="col">What it does</th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          {keyList.map(({ keys, does, on }) => (
            <tr key={does}>
              <td>
                {keys.map((key, index) => (
                  <span key={key}>
                    {index > 0 && ' or '}
                    <kbd className={styles.key}>{key}</kbd>
                  </span>
                ))}
              </td>
              <th scope="row">{does}</th>
              <td className="dim">{on}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <label className={styles.choice}>
        <input type="checkbox" checked={isOn} onChange={event => singleKeys.choose(event.target.checked)} />
        <span>
          Keys without Ctrl or ⌘{' '}
          <span className="dim">switch them off if you speak to your computer, or press keys by accident</span>
        </span>
      </label>
      <label className={styles.choice}>
        <input type="checkbox" checked={isCompact} onChange={event => compactRows.choose(event.target.checked)} />
        <span>
          Compact rows <span className="dim">more of a long run at once</span>
        </span>
      </label>
      <Sound />
      <Notify />
    </Dialog>
  )
}

/** Turns the tones on and off; the one that is turned on is heard at once, so that its volume can be set. */
function Sound() {
  const isOn = useSyncExternalStore(sounds.listen, sounds.get)
  const [isMute, setMute] = useState(false)
  const turn = async (on: boolean) => {
    sounds.choose(on)
    setMute(on && !(await play('good')))
  }
  return (
    <label className={styles.choice}>
      <input type="checkbox" checked={isOn} onChange={event => void turn(event.target.checked)} />
      <span>
        Sound{' '}
        <span className="dim">
          rises when a run is completed, falls when one fails, does not fit its evidence, or is stuck; a browser stays
          silent until you have clicked on the page
        </span>
        {isMute && (
          <span className={styles.refusal} role="alert">
            {' '}
            No sound: this browser does not play it.
          </span>
        )}
      </span>
    </label>
  )
}

/** Asks the browser, only at a press, to tell of failures, ends and disagreements while the page is in the background. */
function Notify() {
  const isOn = useSyncExternalStore(notifications.listen, notifications.get)
  const [refusal, setRefusal] = useState<string | null>(null)
  const turnOn = async () => {
    const why = await askToNotify()
    setRefusal(why)
    notifications.choose(why === null)
  }
  return (
    <div className={styles.notify}>
      <button
        className={controls.button}
        type="button"
        aria-pressed={isOn}
        onClick={() => (isOn ? notifications.choose(false) : void turnOn())}
      >
        {isOn ? 'Notifications are on' : 'Notify me…'}
      </button>
      <p className="dim">
        The browser tells of failures, ends and disagreements of the open page while you look elsewhere.
      </p>
      {refusal !== null && (
        <p className={styles.refusal} role="alert">
          {refusal}
        </p>
      )}
    </div>
  )
}

/** Returns why the browser shows no notification, or null if it does. */
async function askToNotify(): Promise<string | null> {
  if (!window.isSecureContext) return 'No notifications: the browser allows them only where the page comes by HTTPS.'
  if (!('Notification' in window)) return 'No notifications: this browser has none.'
  if ((await Notification.requestPermission()) !== 'granted')
    return 'No notifications: the browser does not allow them for this page. Change that in its settings.'
  try {
    new Notification('Groundtruth', { body: 'Notifications are on.' })
    return null
  } catch {
    // Browsers of phones show only notifications of service workers.
    return 'No notifications: this browser shows those of installed pages only.'
  }
}
