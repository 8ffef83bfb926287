import { spawnSync } from 'node:child_process';

/** Debian's before any other: its packages are for that one. */
const CANDIDATES = ['/usr/bin/python3', 'python3'];
const IMPORTS = 'import autobahn.asyncio.wamp, argon2, cbor2, umsgpack';
const REMEDY = 'apt-get install python3-autobahn python3-argon2 python3-cbor2 python3-u-msgpack';

/** A Python that has autobahn with its serializers; says so once where there is none. */
export const autobahnPython = CANDIDATES.find((python) => spawnSync(python, ['-c', IMPORTS]).status === 0);
if (autobahnPython === undefined)
  console.log(`skipped what needs autobahn-python, which is not here: ${REMEDY}`);
