import { CONFIGURATION_CHECKS } from './configuration-checks.js';
import { CREDENTIAL_CHECKS } from './credential-checks.js';
import { type DoctorCheck, NotExamined, type Patient } from './doctor-check.js';
import { MACHINE_CHECKS } from './machine-checks.js';
import { NODE_CHECKS } from './node-checks.js';
import { PORT_CHECKS } from './port-checks.js';
import { PROXY_CHECKS } from './proxy-checks.js';
import { REDIS_CHECKS } from './redis-checks.js';
import { REDIS_SHAPE_CHECKS } from './redis-shape-checks.js';
import { SERVER_CHECKS } from './server-checks.js';

/** All checks, in the order made. */
export const CHECKS: readonly DoctorCheck[] = [
  ...CONFIGURATION_CHECKS,
  ...CREDENTIAL_CHECKS,
  ...MACHINE_CHECKS,
  ...REDIS_CHECKS,
  ...REDIS_SHAPE_CHECKS,
  ...SERVER_CHECKS,
  ...PORT_CHECKS,
  ...PROXY_CHECKS,
  ...NODE_CHECKS,
];

/** What came of one check. */
export interface Diagnosis {
  readonly name: string;
  readonly about: DoctorCheck['about'];
  readonly outcome: 'fine' | 'error' | 'warning' | 'skipped';
  /** What is wrong, or why it was skipped. */
  readonly findings: readonly string[];
  readonly fix?: string;
}

/** Makes all checks, one after the other. A check that fails itself has found something. */
export async function examine(patient: Patient): Promise<readonly Diagnosis[]> {
  const diagnoses: Diagnosis[] = [];
  for (const check of CHECKS) {
    const isLost = check.about === 'server' && isUnreachable(diagnoses);
    diagnoses.push(isLost ? skipped(check, 'the server cannot be reached') : await diagnose(check, patient));
  }
  return diagnoses;
}

/** All else that is asked of it would fail for the same reason, and name a remedy for another one. */
function isUnreachable(diagnoses: readonly Diagnosis[]): boolean {
  return diagnoses.some(({ name, outcome }) => name === 'server-reachable' && outcome === 'error');
}

function skipped({ name, about }: DoctorCheck, reason: string): Diagnosis {
  return { name, about, outcome: 'skipped', findings: [reason] };
}

async function diagnose(check: DoctorCheck, patient: Patient): Promise<Diagnosis> {
  const { name, about, severity, fix } = check;
  try {
    const findings = await check.run(patient);
    return findings.length === 0
      ? { name, about, outcome: 'fine', findings }
      : { name, about, outcome: severity, findings, fix };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof NotExamined) return skipped(check, message);
    return { name, about, outcome: severity, findings: [message], fix };
  }
}
