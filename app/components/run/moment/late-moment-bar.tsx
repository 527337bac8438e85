import { lateComponent } from '../../late-component'
import { runParts } from '../run-parts'
import type { MomentBarProps } from './moment-bar'
import styles from './moment-bar.module.css'

/** Keeps the place of the bar, so that nothing moves when it comes. */
const Pending = () => <div className={styles.bar} />

export const LateMomentBar = lateComponent<MomentBarProps>(async () => (await runParts()).MomentBar, Pending)
